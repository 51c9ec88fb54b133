"""What the server says about a turn.

A turn is one question and its answer. Its events are numbered by `seq` from 0
without gaps; exactly one `complete` or `error` ends it. The same JSON goes into a
WebSocket frame and into an SSE `data:` line.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from .ids import DecisionSource, FinishReason, Stage


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
    client_message_id: str = ""
    """Of the request that this answers; empty for a turn that is heard of again after
    the server has forgotten its events."""


class Queued(Event, frozen=True, kw_only=True, tag="queued"):
    """Other turns go first."""

    position: int
    """How many; 0 is next."""


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One possible outcome of a decision."""

    label: str
    probability: float


class Decision(Event, frozen=True, kw_only=True, tag="decision"):
    """It has been decided how to go on."""

    name: str
    options: tuple[Option, ...]
    """Empty if the model was not heard."""
    chosen: str
    calibrated: bool
    tokens: int
    ms: float
    source: DecisionSource = "model"


class Refinement(Event, frozen=True, kw_only=True, tag="refinement"):
    """The model has put the question into words of its own; the original stays."""

    text: str
    used: bool
    """Whether later parts of the answer go by it."""
    ms: float


class Quality(Event, frozen=True, kw_only=True, tag="quality"):
    """How good the model's judge finds the answer; 0 to 100 each."""

    score: float
    relevance: float
    completeness: float
    accuracy: float
    clarity: float
    method: str
    """Name of the judge."""
    reliability: float | None = None
    """How often the judge told good answers from bad ones (AUC, 0.5 is chance) when it
    was tested with this model; None if it was not."""
    improvements: str = ""
    """What the model would do better; empty if it has not said."""
    ms: float = 0.0


class Revision(Event, frozen=True, kw_only=True, tag="revision"):
    """A second attempt at a stage; the better text by the judge is the answer's."""

    stage: Stage
    text: str
    used: bool
    score: float
    """Of this text, by the judge."""
    first_score: float
    """Of the text before it."""
    ms: float = 0.0


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
    llm_first_share: float | None = None
    """Of all routing decisions, the share that the model took; None without any."""
    quality: float | None = None
    """The judge's score, 0 to 100; None if the answer was not judged."""
    tier: str | None = None
    """Which of several models wrote the answer."""
    is_replay: bool = False
    """An earlier answer to exactly the same question, with everything it was made
    from the same."""
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


TurnEvent = (
    Start
    | Queued
    | Decision
    | Refinement
    | StageChange
    | Chunk
    | Quality
    | Revision
    | Notice
    | Complete
    | Error
)
"""Everything that can be said about a turn."""

TERMINAL = (Complete, Error)
"""Events that end a turn."""
