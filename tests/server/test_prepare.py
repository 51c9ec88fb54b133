from __future__ import annotations

import json
from typing import Any

import pytest

from jupyter_llmchat.pipeline import Question
from jupyter_llmchat.protocol.requests import ContextPart
from jupyter_llmchat.server.app import LLMChatApp

from .builders import Api, eventually

PART = {"kind": "notebook", "name": "[1]", "text": "import pandas"}


@pytest.fixture
async def read(
    extension: LLMChatApp, monkeypatch: pytest.MonkeyPatch
) -> list[Question]:
    """What the model was given to read."""
    found: list[Question] = []

    async def prepare(question: Question) -> None:
        found.append(question)

    assert extension.services is not None
    turns = await extension.services.turns()
    monkeypatch.setattr(turns._around.ahead, "_prepare", prepare)
    return found


async def test_context_is_read_after_the_reply(api: Api, read: list[Question]) -> None:
    session = await api.new_session()
    body = {"context": [PART]}
    response = await api.post("sessions", session, "prepare", body=body)
    assert (response.code, json.loads(response.body)) == (202, {})
    await eventually(lambda: read)
    assert read[0].context == (
        ContextPart(kind="notebook", name="[1]", text="import pandas"),
    )


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "context"),
        ({"context": [{**PART, "kind": "secret"}]}, "$.context[0].kind"),
        ({"context": [{**PART, "line": 3}]}, "line"),
        ({"context": [PART] * 501}, "500"),
    ],
)
async def test_what_does_not_fit_is_refused(
    api: Api, read: list[Question], body: Any, place: str
) -> None:
    session = await api.new_session()
    response = await api.post("sessions", session, "prepare", body=body)
    assert response.code == 400
    assert place in json.loads(response.body)["message"]
    assert not read


async def test_a_session_of_somebody_else_is_not_found(
    api: Api, extension: LLMChatApp, read: list[Question]
) -> None:
    assert extension.services is not None
    store = await extension.services.store()
    session = await store.create_session("eve", "", {})
    body = {"context": [PART]}
    response = await api.post("sessions", session.id, "prepare", body=body)
    assert (response.code, json.loads(response.body)["code"]) == (404, "not_found")
    assert not read


async def test_secrets_are_hidden_from_what_is_read(
    api: Api, read: list[Question]
) -> None:
    session = await api.new_session()
    part = {"kind": "cell", "name": "In [1]", "text": 'token = "hunter2hunter2"'}
    await api.post("sessions", session, "prepare", body={"context": [part]})
    await eventually(lambda: read)
    assert read[0].context[0].text == 'token = "…"'


async def test_context_can_be_seen_as_a_model_gets_it(api: Api) -> None:
    secret = {"kind": "cell", "name": "In [1]", "text": 'token = "hunter2hunter2"'}
    response = await api.post("context", body={"context": [PART, secret]})
    seen = json.loads(response.body)["context"]
    assert (response.code, seen) == (200, [PART, {**secret, "text": 'token = "…"'}])


async def test_a_conversation_that_is_yet_to_begin_is_read_for(
    api: Api, read: list[Question]
) -> None:
    response = await api.post("prepare", body={"context": [PART]})
    assert response.code == 202
    await eventually(lambda: read)
    assert (read[0].context[0].text, read[0].history) == ("import pandas", ())
    assert json.loads((await api.get("sessions")).body)["sessions"] == []
