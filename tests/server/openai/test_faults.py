from __future__ import annotations

import pytest

from jupyter_llmchat.errors import (
    BadRequest,
    Busy,
    ContextOverflow,
    Forbidden,
    LLMChatError,
    ModelUnavailable,
    NotFound,
    TooLarge,
)
from jupyter_llmchat.protocol.codec import decode
from jupyter_llmchat.server.openai.faults import error_reply, status_of
from jupyter_llmchat.server.openai.requests import ChatBody


@pytest.mark.parametrize(
    ("error", "status", "kind", "code", "param"),
    [
        (BadRequest("`n` is wrong."), 400, "invalid_request_error", "bad_request", "n"),
        (
            NotFound("`model` names none."),
            404,
            "invalid_request_error",
            "model_not_found",
            "model",
        ),
        (NotFound("Nothing here."), 404, "invalid_request_error", "not_found", None),
        (TooLarge("Too much."), 413, "invalid_request_error", "too_large", None),
        (
            ContextOverflow("Too long."),
            400,
            "invalid_request_error",
            "context_length_exceeded",
            "messages",
        ),
        (Forbidden("No."), 403, "permission_error", "forbidden", None),
        (Busy("Busy."), 429, "rate_limit_error", "busy", None),
        (ModelUnavailable("None."), 503, "server_error", "model_unavailable", None),
        (LLMChatError("Oh."), 500, "server_error", "internal", None),
    ],
    ids=lambda value: value.code if isinstance(value, LLMChatError) else "",
)
def test_an_error_has_openai_s_shape(
    error: LLMChatError, status: int, kind: str, code: str, param: str | None
) -> None:
    detail = error_reply(error).error
    assert (detail.type, detail.code, detail.param) == (kind, code, param)
    assert detail.message == error.message
    assert status_of(error, error.status) == status


def test_who_is_not_known_has_a_wrong_key() -> None:
    detail = error_reply(Forbidden("Who?", "Send a token."), 401).error
    assert (detail.type, detail.code) == ("authentication_error", "invalid_api_key")
    assert detail.message == "Who? Send a token."


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b'{"messages": [{"role": "user"}]}', "model"),
        (b'{"model": "m", "messages": []}', "messages"),
        (b'{"model": "m", "messages": [{"role": 1}]}', "messages[0].role"),
        (b'{"model": "m", "messages": [{"role": "user"}], "foo": 1}', "foo"),
        (b"[1]", None),
        (b"{", None),
    ],
)
def test_what_could_not_be_decoded_is_named(body: bytes, param: str | None) -> None:
    with pytest.raises(BadRequest) as caught:
        decode(body, ChatBody)
    assert error_reply(caught.value).error.param == param
