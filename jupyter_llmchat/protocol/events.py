"""What the server says about a turn.

A turn is one question and its answer. Its events are numbered by `seq` from 0
without gaps; exactly one `complete` or `error` ends it. The same JSON goes into a
WebSocket frame and into an SSE `data:` line.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from .ids import FinishReason, Stage


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of every event."""

    turn_id: str
    seq: int = 0
    """Place in the turn; set when the event is published."""


class Start(Event, frozen=True, kw_only=True, tag="start"):
    """The question has been stored; an answer will follow."""

    protocol: int
    session_id: str
    message_id: str
    """The stored question."""
    answer_id: str
    """The message that the answer is written to."""
    question: str
    model: str
    deadline_s: float
    """Seconds that the answer may take at most."""
    timestamp: float
    """Seconds since the epoch."""


class Queued(Event, frozen=True, kw_only=True, tag="queued"):
    """Other turns go first."""

    position: int
    """How many; 0 is next."""


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One possible outcome of a decision."""

    label: str
    probability: float


class Decision(Event, frozen=True, kw_only=True, tag="decision"):
    """The model has decided how to go on."""

    name: str
    options: tuple[Option, ...]
    chosen: str
    calibrated: bool
    tokens: int
    ms: float


class StageChange(Event, frozen=True, kw_only=True, tag="stage"):
    """A part of the answer begins or ends."""

    stage: Stage
    phase: Literal["start", "end"]
    tokens: int = 0
    """Tokens written, at the end."""
    ms: float = 0.0
    """Milliseconds since the start, at the end."""
    finish_reason: FinishReason | None = None
    """Why the stage ended, at the end."""


class Chunk(Event, frozen=True, kw_only=True, tag="chunk"):
    """More text of a stage, always whole characters."""

    stage: Stage
    text: str
    chunk_id: int
    """Place in the stage, from 0."""
    timestamp: float
    """Seconds since the epoch."""


class Notice(Event, frozen=True, kw_only=True, tag="notice"):
    """Something the user should know that does not stop the answer."""

    code: str
    message: str


class TurnMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of an answer."""

    total_ms: float
    first_token_ms: float | None = None
    """From the question's arrival to the first text; None without any."""
    token_ms: float | None = None
    """Mean time a token after the first; None with fewer than two tokens."""
    tokens_per_s: float | None = None
    prompt_tokens: int = 0
    cached_tokens: int = 0
    generated_tokens: int = 0
    strategy: str | None = None
    decisions: int = 0
    """Routing decisions taken by a recorded model call."""
    stages: tuple[Stage, ...] = ()


class Complete(Event, frozen=True, kw_only=True, tag="complete"):
    """The answer has ended and is stored. The last event of its turn."""

    finish_reason: FinishReason
    metrics: TurnMetrics


class Error(Event, frozen=True, kw_only=True, tag="error"):
    """The answer could not go on; what was said so far is kept. The last event."""

    code: str
    message: str
    hint: str = ""
    retryable: bool = False
    metrics: TurnMetrics | None = None


TurnEvent = Start | Queued | Decision | StageChange | Chunk | Notice | Complete | Error
"""Everything that can be said about a turn."""

TERMINAL = (Complete, Error)
"""Events that end a turn."""
