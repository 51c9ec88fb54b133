"""What A2A says about a question, whichever version of the protocol says it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

TaskState = Literal["submitted", "working", "completed", "canceled", "failed"]

ENDED: frozenset[TaskState] = frozenset({"completed", "canceled", "failed"})


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something said by the user or by us."""

    id: str
    role: Literal["user", "agent"]
    text: str


@dataclass(frozen=True, kw_only=True)
class Status:
    """How far a task is."""

    state: TaskState
    timestamp: float
    """Seconds since the epoch."""
    message: Message | None = None
    """Why it waits, why it has failed, or what the user should know."""


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """One stage of an answer."""

    id: str
    """The stage's name: it is unique within a task."""
    text: str
    preparatory: bool
    """It says how the answer was arrived at."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """A question and its answer so far."""

    id: str
    context_id: str
    status: Status
    artifacts: tuple[Artifact, ...]
    history: tuple[Message, ...]
    """The question; what answers it is in the artifacts."""
    metadata: dict[str, Any] = field(default_factory=dict)
    """How the answer ended, and its figures."""

    @property
    def ended(self) -> bool:
        return self.status.state in ENDED


@dataclass(frozen=True, kw_only=True)
class StatusUpdate:
    """A task is in another state, or there is something to know about it."""

    task_id: str
    context_id: str
    status: Status
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def final(self) -> bool:
        return self.status.state in ENDED


@dataclass(frozen=True, kw_only=True)
class ArtifactUpdate:
    """More text of a stage, or another text in its place."""

    task_id: str
    context_id: str
    artifact: Artifact
    append: bool
    """Whether the text goes on from what was sent before."""
    last_chunk: bool


Update = StatusUpdate | ArtifactUpdate
