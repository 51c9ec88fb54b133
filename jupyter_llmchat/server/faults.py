"""An error as each kind of client gets it: one place decides what is said."""

from __future__ import annotations

from typing import TypedDict, Unpack

from jupyter_llmchat.errors import LLMChatError
from jupyter_llmchat.protocol.events import Error
from jupyter_llmchat.protocol.requests import Refused
from jupyter_llmchat.protocol.resources import ErrorBody


class About(TypedDict, total=False):
    """What a refusal is about, where that is known."""

    client_message_id: str | None
    turn_id: str | None
    from_seq: int


INTERNAL = LLMChatError(
    "Something went wrong inside the server.",
    "Its log says what; please report it.",
)
"""Said instead of an unexpected exception, whose text may hold anything."""


def error_body(error: LLMChatError) -> ErrorBody:
    """The body of a REST answer."""
    return ErrorBody(
        code=error.code,
        message=error.message,
        hint=error.hint,
        retryable=error.retryable,
    )


def error_event(error: LLMChatError, turn_id: str) -> Error:
    """The event that ends a turn."""
    return Error(
        turn_id=turn_id,
        code=error.code,
        message=error.message,
        hint=error.hint,
        retryable=error.retryable,
    )


def refused(error: LLMChatError, **about: Unpack[About]) -> Refused:
    """The answer to a WebSocket frame."""
    return Refused(
        code=error.code,
        message=error.message,
        hint=error.hint,
        retryable=error.retryable,
        **about,
    )
