"""Whatever is sent, one clear ErrorBody comes back and the server goes on."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp

from jupyter_llmchat.server.app import LLMChatApp

from .builders import Api

DEEP = b"[" * 100_000

BAD_BODIES = {
    "nothing": b"",
    "no JSON": b"what is it?",
    "cut": b'{"question": "What',
    "not UTF-8": b'{"question": "\xff\xfe"}',
    "a list": b"[]",
    "null": b"null",
    "no question": b"{}",
    "unknown field": b'{"question": "Q", "modell": 1}',
    "wrong type": b'{"question": 5}',
    "wrong option": b'{"question": "Q", "options": {"temperature": 9}}',
    "unknown option": b'{"question": "Q", "options": {"temp": 1}}',
    "no number": b'{"question": "Q", "options": {"deadline_s": 1e999}}',
    "negative": b'{"question": "Q", "options": {"deadline_s": -1}}',
    "long id": b'{"question": "Q", "client_message_id": "' + b"x" * 10_000 + b'"}',
    "deep": DEEP,
    "deep inside": b'{"question": ' + DEEP,
    "lone surrogate": b'{"question": "\\ud800"}',
    "empty question": b'{"question": " "}',
}


def error_of(response: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(response.body)
    assert set(body) == {"code", "message", "hint", "retryable"}
    assert body["message"].endswith(".")
    assert body["hint"].endswith(".")
    assert "Traceback" not in body["message"]
    assert response.headers["Content-Type"] == "application/json"
    return body


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
async def test_a_body_that_does_not_fit_is_refused_and_stores_nothing(
    api: Api, body: bytes
) -> None:
    session = await api.new_session()
    response = await api.post("sessions", session, "ask", body=body)
    assert response.code == 400
    assert error_of(response)["code"] == "bad_request"
    messages = await api.get("sessions", session, "messages")
    assert json.loads(messages.body)["messages"] == []


async def test_the_field_that_does_not_fit_is_named(api: Api) -> None:
    session = await api.new_session()
    body = {"question": "Q", "options": {"max_tokens": 0}}
    response = await api.post("sessions", session, "ask", body=body)
    assert "$.options.max_tokens" in error_of(response)["message"]


async def test_a_question_of_a_megabyte_is_too_large(api: Api) -> None:
    session = await api.new_session()
    response = await api.ask(session, "x" * 1_000_000)
    assert response.code == 413
    assert "100000" in error_of(response)["message"]


async def test_a_body_over_the_limit_is_too_large_and_not_kept(api: Api) -> None:
    session = await api.new_session()
    for size in ((1 << 20) + 1, 11 << 20):
        response = await api.post("sessions", session, "ask", body=b"x" * size)
        assert response.code == 413
        assert str(size) in error_of(response)["message"]
    assert (await api.get("health")).code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
async def test_what_a_form_on_another_site_can_send_is_refused(
    api: Api, kind: str
) -> None:
    response = await api.post("sessions", body={}, headers={"Content-Type": kind})
    assert response.code == 400
    assert "application/json" in error_of(response)["hint"]


@pytest.mark.parametrize("identifier", ["no-such", "x" * 5000, "a b", "%00", "ü", ".."])
async def test_an_unknown_id_is_not_found(api: Api, identifier: str) -> None:
    for path in (
        ("sessions", identifier),
        ("sessions", identifier, "messages"),
        ("turns", identifier),
        ("turns", identifier, "events"),
    ):
        response = await api.get(*path)
        assert response.code == 404
        assert error_of(response)["code"] == "not_found"


async def test_asking_in_an_unknown_session_is_not_found(api: Api) -> None:
    response = await api.ask("no-such", "What is it?")
    assert (response.code, error_of(response)["code"]) == (404, "not_found")


async def test_an_unexpected_exception_is_told_without_its_details(
    api: Api,
    extension: LLMChatApp,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert extension.services is not None
    store = await extension.services.store()

    async def broken(*_: object, **__: object) -> None:
        raise ValueError("a secret")

    monkeypatch.setattr(store, "session_page", broken)
    response = await api.get("sessions")
    assert response.code == 500
    assert error_of(response)["code"] == "internal"
    assert b"secret" not in response.body
    assert "a secret" in caplog.text
    assert (await api.get("health")).code == 200


async def test_logs_hold_neither_questions_nor_tokens(
    api: Api, jp_serverapp: ServerApp, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    caplog.set_level(logging.DEBUG)
    session = await api.new_session()
    await api.ask(session, "canary in a question")
    await api.post("sessions", session, "ask", body=b'{"question": "canary", "x": 1}')
    assert "canary" not in caplog.text
    assert jp_serverapp.identity_provider.token not in caplog.text
