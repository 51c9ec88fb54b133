"""JSON-RPC 2.0: calls in, results and errors out; the error codes are A2A's."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from jupyter_llmchat.errors import (
    BadRequest,
    Conflict,
    ContextOverflow,
    LLMChatError,
    NotFound,
    TooLarge,
)

Integer = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
"""What every JSON parser reads exactly."""
CallId = Annotated[str, msgspec.Meta(max_length=1000)] | Integer | None


class _Kind(NamedTuple):
    code: int
    reason: str


class Kind(_Kind, Enum):
    """What went wrong, in the words of the protocol."""

    PARSE = _Kind(-32700, "PARSE_ERROR")
    INVALID_REQUEST = _Kind(-32600, "INVALID_REQUEST")
    METHOD_NOT_FOUND = _Kind(-32601, "METHOD_NOT_FOUND")
    INVALID_PARAMS = _Kind(-32602, "INVALID_PARAMS")
    INTERNAL = _Kind(-32603, "INTERNAL_ERROR")
    TASK_NOT_FOUND = _Kind(-32001, "TASK_NOT_FOUND")
    TASK_NOT_CANCELABLE = _Kind(-32002, "TASK_NOT_CANCELABLE")
    PUSH_NOT_SUPPORTED = _Kind(-32003, "PUSH_NOTIFICATION_NOT_SUPPORTED")
    UNSUPPORTED_OPERATION = _Kind(-32004, "UNSUPPORTED_OPERATION")
    CONTENT_TYPE_NOT_SUPPORTED = _Kind(-32005, "CONTENT_TYPE_NOT_SUPPORTED")
    VERSION_NOT_SUPPORTED = _Kind(-32009, "VERSION_NOT_SUPPORTED")


class RpcError(Exception):
    """A call that cannot be answered; `message` and `hint` may be shown to anyone.

    `status` is that of HTTP: errors of the protocol are answers like others.
    """

    def __init__(
        self, kind: Kind, message: str, hint: str = "", status: int = 200
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message
        self.hint = hint


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request. One without an id is answered too, with null for its id."""

    jsonrpc: Literal["2.0"]
    method: str
    id: CallId = None
    params: Any = {}
    """Checked by whoever knows the method."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a call; in a stream, one of many."""

    jsonrpc: Literal["2.0"] = "2.0"
    id: CallId
    result: msgspec.Struct


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a call that could not be answered."""

    jsonrpc: Literal["2.0"] = "2.0"
    id: CallId
    error: dict[str, Any]


def call(received: Any) -> Call:
    """What was received as a call; raises RpcError."""
    if isinstance(received, list):
        raise RpcError(
            Kind.INVALID_REQUEST, "Several calls came at once.", "Send one at a time."
        )
    try:
        return msgspec.convert(received, Call)
    except msgspec.ValidationError as error:
        raise RpcError(
            Kind.INVALID_REQUEST,
            f"This is not a JSON-RPC 2.0 call: {error}.",
            "Send an object with jsonrpc, id, method and params.",
        ) from error


def call_id(received: Any) -> CallId:
    """The id of what may not be a call; None if it has none that can be used."""
    given = received.get("id") if isinstance(received, dict) else None
    try:
        return msgspec.convert(given, CallId)  # type: ignore[no-any-return]
    except msgspec.ValidationError:
        return None


def failure(error: RpcError | LLMChatError, id: CallId) -> Failure:
    """An error as a client gets it."""
    about = {"hint": error.hint}
    if isinstance(error, LLMChatError):
        retryable = "true" if error.retryable else "false"
        about |= {"code": error.code, "retryable": retryable}
    kind = kind_of(error)
    details = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": kind.reason,
        "domain": "a2a-protocol.org",
        "metadata": about,
    }
    text = f"{error.message} {error.hint}".strip()
    said = {"code": kind.code, "message": text, "data": [details]}
    return Failure(id=id, error=said)


def kind_of(error: RpcError | LLMChatError) -> Kind:
    """What the protocol calls an error of ours."""
    match error:
        case RpcError():
            return error.kind
        case NotFound():
            return Kind.TASK_NOT_FOUND
        case BadRequest() | Conflict() | TooLarge() | ContextOverflow():
            return Kind.INVALID_PARAMS
        case _:
            return Kind.INTERNAL
