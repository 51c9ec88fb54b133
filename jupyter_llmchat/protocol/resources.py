"""Bodies of REST answers."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from .events import Notice, Option, Quality, Refinement, Revision, TurnMetrics
from .ids import DecisionSource, Stage, Tier
from .requests import ContextPart

MessageState = Literal["complete", "streaming", "interrupted", "cancelled", "failed"]
ModelState = Literal["starting", "ready", "restarting", "failed", "stopped"]


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every answer body."""


class Session(Resource, frozen=True, kw_only=True):
    """A conversation. Times are seconds since the epoch."""

    id: str
    title: str
    created: float
    updated: float
    messages: int
    """Of every version of the conversation, the shown one and the others."""
    config: dict[str, Any]


class SessionList(Resource, frozen=True, kw_only=True):
    """Sessions, the one used last first."""

    sessions: tuple[Session, ...]
    next: int | None = None
    """Given as `before`, it gets those that follow; null if none do."""


class Imported(Resource, frozen=True, kw_only=True):
    """POST …/sessions/import: new sessions, in the order of the file."""

    sessions: tuple[Session, ...]


class SeenContext(Resource, frozen=True, kw_only=True):
    """POST …/context: what of a notebook a model is given, with `…` for secrets."""

    context: tuple[ContextPart, ...]


class StageText(Resource, frozen=True, kw_only=True):
    """A stage of a stored answer."""

    stage: Stage
    text: str
    first: str = ""
    """The text that this one has replaced; empty if there is none."""
    ms: float = 0.0
    """From its beginning to its end; 0 if that is not known."""


class Message(Resource, frozen=True, kw_only=True):
    """A question or an answer."""

    id: str
    session_id: str
    turn_id: str
    role: Literal["user", "assistant"]
    text: str
    stages: tuple[StageText, ...]
    state: MessageState
    created: float
    tokens: int
    processing_ms: float | None
    model: str | None
    parameters: dict[str, Any]
    prompt_template: str | None
    parent: str | None = None
    """The turn that its own turn follows; null at the beginning of a conversation."""
    versions: tuple[str, ...] = ()
    """Of a question in a list: the turns that stand at its place, its own among them,
    oldest first; empty if it is the only one."""


class MessageList(Resource, frozen=True, kw_only=True):
    """Messages of a session's conversation as it is shown, oldest first."""

    messages: tuple[Message, ...]
    next: int | None = None
    """Given as `before`, it gets those before these; null if there are none."""


class StoredDecision(Resource, frozen=True, kw_only=True):
    """A decision of a turn as it was taken."""

    name: str
    options: tuple[Option, ...]
    chosen: str
    calibrated: bool
    tokens: int
    ms: float
    source: DecisionSource = "model"


class DecisionList(Resource, frozen=True, kw_only=True):
    """GET …/turns/{id}/decisions, in the order they were taken."""

    decisions: tuple[StoredDecision, ...]


class Turn(Resource, frozen=True, kw_only=True):
    """One question and what became of it."""

    id: str
    session_id: str
    state: MessageState
    created: float
    strategy: str | None
    finish_reason: str | None
    metrics: TurnMetrics | None
    decisions: tuple[StoredDecision, ...]
    refinement: Refinement | None = None
    quality: Quality | None = None
    revisions: tuple[Revision, ...] = ()
    notices: tuple[Notice, ...] = ()
    listeners: int = 0
    """How many follow it at the moment."""


class ModelStatus(Resource, frozen=True, kw_only=True):
    """The model process."""

    state: ModelState
    name: str
    detail: str
    """What is being done or what went wrong, and the next step."""
    pid: int | None = None
    load_ms: float | None = None
    n_threads: int | None = None
    """Of the last compute: it follows the machine's load."""
    cells_used: int = 0
    """Of the KV cache."""
    cache_mb: float = 0.0
    """Host memory that holds prefixes for reuse."""
    restarts: int = 0
    in_force: dict[str, Any] = {}
    """The settings as llama.cpp has them."""
    profile: str | None = None
    """What its self-test has found, in one sentence; None if it was not tested."""


class TierStatus(Resource, frozen=True, kw_only=True):
    """One of several models."""

    tier: Tier
    model: ModelStatus
    users: int
    """Answers that are written with it or wait for it to be loaded."""


class StoreStatus(Resource, frozen=True, kw_only=True):
    """The database."""

    kind: Literal["file", "memory"]
    path: str | None
    detail: str


class Status(Resource, frozen=True, kw_only=True):
    """GET …/status."""

    version: str
    protocol: int
    model: ModelStatus
    """The one model; with several, the one that decides."""
    store: StoreStatus
    turns_active: int
    """Running or waiting."""
    turns_waiting: int = 0
    """Of these, how many wait for a place."""
    keeper_pid: int | None = None
    """The process that keeps the conversations, if it is another server's."""
    tiers: tuple[TierStatus, ...] = ()
    """Of each model, cheapest first; empty with one model."""


class Health(Resource, frozen=True, kw_only=True):
    """GET …/health."""

    ok: bool


class Cancelled(Resource, frozen=True, kw_only=True):
    """POST …/turns/{id}/cancel; `stopping` is false when it had ended already."""

    stopping: bool


class Accepted(Resource, frozen=True, kw_only=True):
    """What was asked for will be done in idle time."""


class ErrorBody(Resource, frozen=True, kw_only=True):
    """Every answer with a status of 400 or more."""

    code: str
    message: str
    hint: str
    retryable: bool
