"""An error in OpenAI's shape.

Which field of the request it is about is read off its message, which names it: first,
in backquotes, where we say it; as msgspec does where a body could not be decoded.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from jupyter_llmchat.errors import BadRequest, ContextOverflow, LLMChatError, NotFound

_FIELD = re.compile(r"^`([^`]+)`|at `\$\.([^`]+)`|field `([^`]+)`")

_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
}


class ErrorDetail(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong."""

    message: str
    type: str
    param: str | None
    """The field of the request that it is about."""
    code: str


class ErrorReply(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every answer that is none, and the end of a stream that broke off."""

    error: ErrorDetail


class _Told(NamedTuple):
    status: int
    code: str
    param: str | None = None


def status_of(error: LLMChatError, status: int) -> int:
    """The status that OpenAI's clients expect of an error that we answer so."""
    return _told(error, status).status


def error_reply(error: LLMChatError, status: int | None = None) -> ErrorReply:
    """The body; `status` where the error's own is not the answer's."""
    told = _told(error, error.status if status is None else status)
    usual = "server_error" if told.status >= 500 else "invalid_request_error"
    return ErrorReply(
        error=ErrorDetail(
            message=str(error),
            type=_TYPES.get(told.status, usual),
            param=told.param,
            code=told.code,
        )
    )


def _told(error: LLMChatError, status: int) -> _Told:
    if status == 401:
        return _Told(401, "invalid_api_key")
    if isinstance(error, ContextOverflow):
        return _Told(400, "context_length_exceeded", "messages")
    if not isinstance(error, BadRequest | NotFound):
        return _Told(status, error.code)
    found = _FIELD.search(error.message)
    field = next(filter(None, found.groups()), None) if found else None
    unknown = isinstance(error, NotFound) and field == "model"
    return _Told(status, "model_not_found" if unknown else error.code, field)
