"""Calls of a language model as data: what is asked of an engine and what it says.

Every request ends in exactly one of Finished, Scored, Counted or Failed.
"""

from __future__ import annotations

import msgspec

from .language_model import (
    FinishReason,
    Priority,
    Prompt,
    SamplingParams,
    TokenLogprob,
    Usage,
)


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the requests."""

    request_id: int
    seconds_left: float | None = None
    """Until the deadline, counted from arrival; None for no deadline."""
    priority: Priority = Priority.VISIBLE


class Generate(Request, frozen=True, kw_only=True, tag="generate"):
    """Continue a prompt."""

    prompt: Prompt
    params: SamplingParams


class Score(Request, frozen=True, kw_only=True, tag="score"):
    """Log-probabilities of given continuations of a prompt."""

    prompt: Prompt
    continuations: tuple[str, ...]


class Prepare(Request, frozen=True, kw_only=True, tag="prepare"):
    """Read a prompt before anyone asks, and keep it; ends with Finished."""

    prompt: Prompt
    lasting: bool = False
    """Wanted after a restart too."""


class Count(msgspec.Struct, frozen=True, kw_only=True, tag="count"):
    """How many tokens texts have; nothing is evaluated, so it never waits in line."""

    request_id: int
    texts: tuple[str, ...]


class Cancel(msgspec.Struct, frozen=True, kw_only=True, tag="cancel"):
    """Stop a request; it ends with Finished, reason `cancelled`."""

    request_id: int


class Text(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="text"):
    """More generated text, always whole characters."""

    request_id: int
    text: str
    tokens: int
    """Tokens generated since the Text before."""
    logprobs: tuple[TokenLogprob, ...] = ()
    """Of the tokens whose text is told here, if they were asked for."""


class Finished(msgspec.Struct, frozen=True, kw_only=True, tag="finished"):
    """The end of a generation or preparation, or of a score that broke off."""

    request_id: int
    reason: FinishReason
    usage: Usage


class Scored(msgspec.Struct, frozen=True, kw_only=True, tag="scored"):
    """The end of a score."""

    request_id: int
    logprobs: tuple[tuple[float, ...], ...]
    """Of every token (nats), one row a continuation."""
    usage: Usage


class Counted(msgspec.Struct, frozen=True, kw_only=True, tag="counted"):
    """The end of a count."""

    request_id: int
    counts: tuple[int, ...]
    """Tokens, one number a text."""


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """The request could not be carried out; others are not affected."""

    request_id: int
    code: str
    message: str
    hint: str


Output = Text | Finished | Scored | Counted | Failed
Last = Finished | Scored | Counted | Failed
"""What ends a request."""
