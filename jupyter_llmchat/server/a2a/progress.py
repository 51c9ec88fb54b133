"""A turn's events → its task so far, and what each event adds to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from jupyter_llmchat.protocol.events import (
    Chunk,
    Complete,
    Error,
    Notice,
    Queued,
    Revision,
    StageChange,
    Start,
    TurnEvent,
)
from jupyter_llmchat.protocol.fold import StageState, TurnState, apply
from jupyter_llmchat.protocol.ids import PREPARATORY, Stage

from .task import (
    Artifact,
    ArtifactUpdate,
    Message,
    Status,
    StatusUpdate,
    Task,
    TaskState,
    Update,
)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a turn has come."""

    start: Start
    turn: TurnState
    state: TaskState = "submitted"
    timestamp: float
    """When that was, in seconds since the epoch, as far as the events tell."""

    def after(self, event: TurnEvent) -> Progress:
        """With one more event."""
        return replace(
            self,
            turn=apply(self.turn, event),
            state=_state(self.state, event),
            timestamp=self._time(event),
        )

    def updates(self, event: TurnEvent) -> Iterator[Update]:
        """What the next event adds to what has been told."""
        after = self.after(event)
        if (self.state, after.state) == ("submitted", "working"):
            yield after._status_update()
        match event:
            case Queued() | Notice():
                yield after._status_update(event)
            case Chunk() if event.text:
                told = bool(self.turn.stage(event.stage).text)
                yield self._more(event.stage, event.text, append=told, last=False)
            case StageChange(phase="end") if self.turn.stage(event.stage).text:
                yield self._more(event.stage, "", append=True, last=True)
            case Revision(used=True):
                yield self._more(event.stage, event.text, append=False, last=True)
            case Complete() | Error():
                for each in self._open():
                    yield self._more(each.stage, "", append=True, last=True)
                yield after._status_update(event)

    @property
    def task(self) -> Task:
        """All that has been told, in one piece."""
        return Task(
            id=self.start.turn_id,
            context_id=self.start.session_id,
            status=self._status(self.turn.error),
            artifacts=tuple(
                _artifact(each.stage, each.text)
                for each in self.turn.stages
                if each.text
            ),
            history=(
                Message(
                    id=self.start.message_id, role="user", text=self.start.question
                ),
            ),
            metadata=self._metadata,
        )

    def _open(self) -> Iterable[StageState]:
        """Stages that broke off."""
        return (each for each in self.turn.stages if each.text and not each.done)

    def _more(self, stage: Stage, text: str, *, append: bool, last: bool) -> Update:
        return ArtifactUpdate(
            task_id=self.start.turn_id,
            context_id=self.start.session_id,
            artifact=_artifact(stage, text),
            append=append,
            last_chunk=last,
        )

    def _status_update(self, event: TurnEvent | None = None) -> StatusUpdate:
        return StatusUpdate(
            task_id=self.start.turn_id,
            context_id=self.start.session_id,
            status=self._status(event),
            metadata=self._metadata,
        )

    def _status(self, event: TurnEvent | None) -> Status:
        return Status(
            state=self.state, timestamp=self.timestamp, message=_remark(event)
        )

    @property
    def _metadata(self) -> dict[str, Any]:
        told: dict[str, Any] = {}
        if self.turn.finish_reason is not None:
            told["finish_reason"] = self.turn.finish_reason
        if (error := self.turn.error) is not None:
            told["error"] = {"code": error.code, "retryable": error.retryable}
        if self.turn.metrics is not None:
            told["metrics"] = msgspec.to_builtins(self.turn.metrics)
        return told

    def _time(self, event: TurnEvent) -> float:
        match event:
            case Chunk():
                return event.timestamp
            case Complete() | Error() if event.metrics is not None:
                return self.start.timestamp + event.metrics.total_ms / 1000
        return self.timestamp


def begun(start: Start) -> Progress:
    """Of a turn whose question has just been stored."""
    turn = apply(TurnState(), start)
    return Progress(start=start, turn=turn, timestamp=start.timestamp)


def reached(events: Iterable[TurnEvent]) -> Progress:
    """After the events of a turn so far, the first of them included."""
    first, *others = events
    assert isinstance(first, Start)
    progress = begun(first)
    for event in others:
        progress = progress.after(event)
    return progress


def _state(before: TaskState, event: TurnEvent) -> TaskState:
    match event:
        case Start() | Queued() | Notice():
            return before
        case Complete(finish_reason="cancelled"):
            return "canceled"
        case Complete(finish_reason="interrupted") | Error():
            return "failed"
        case Complete():
            return "completed"
    return "working"


def _remark(event: TurnEvent | None) -> Message | None:
    """What a person should read about it."""
    match event:
        case Queued():
            text = f"Questions that go first: {event.position}."
        case Notice():
            text = event.message
        case Error():
            text = f"{event.message} {event.hint}".strip()
        case _:
            return None
    return Message(id=f"{event.turn_id}-{event.seq}", role="agent", text=text)


def _artifact(stage: Stage, text: str) -> Artifact:
    return Artifact(id=stage, text=text, preparatory=stage in PREPARATORY)
