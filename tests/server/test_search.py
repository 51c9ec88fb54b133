from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from jupyter_llmchat.server.app import LLMChatApp

from .builders import Api


async def found(api: Api, extension: LLMChatApp, **body: Any) -> dict[str, Any]:
    assert extension.services is not None
    await (await extension.services.store()).indexing.catch_up()
    response = await api.post("search", body=body)
    assert response.code == 200
    page: dict[str, Any] = json.loads(response.body)
    return page


async def test_what_was_said_is_found(api: Api, extension: LLMChatApp) -> None:
    session = await api.new_session()
    await api.ask(session, "Why is the sky blue?")
    (hit,) = (await found(api, extension, query="sky"))["hits"]
    assert (hit["session_id"], hit["role"]) == (session, "user")
    assert hit["snippet"] == "Why is the sky blue?"
    assert hit["ranges"] == [[11, 14]]
    (answer,) = (await found(api, extension, query="forty-two"))["hits"]
    assert answer["role"] == "assistant"


async def test_pages_are_asked_for_by_their_start(
    api: Api, extension: LLMChatApp
) -> None:
    for _ in range(3):
        await api.ask(await api.new_session(), "Why?\nThe sky is blue.")
    first = await found(api, extension, query="sky", limit=2)
    assert (len(first["hits"]), first["next"]) == (2, 2)
    rest = await found(api, extension, query="sky", limit=2, start=2)
    assert (len(rest["hits"]), rest["next"]) == (1, None)


async def test_another_owners_words_are_not_found(
    api: Api, extension: LLMChatApp
) -> None:
    assert extension.services is not None
    store = await extension.services.store()
    await store.create_session("eve", "a secret title", {})
    assert (await found(api, extension, query="secret"))["hits"] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": "x" * 1001},
        {"query": "x", "limit": 0},
        {"query": "x", "limit": 101},
        {"query": "x", "start": -1},
        {"query": ["x"]},
    ],
)
async def test_what_does_not_fit_is_refused(api: Api, body: dict[str, Any]) -> None:
    response = await api.post("search", body=body)
    assert (response.code, json.loads(response.body)["code"]) == (400, "bad_request")


async def test_what_is_looked_for_is_in_no_log(
    api: Api, extension: LLMChatApp, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await found(api, extension, query="canary word")
    assert "canary" not in caplog.text
