"""Events → state of a turn. Every view of an answer is a view of this state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, assert_never

import msgspec

from . import events
from .ids import PREPARATORY, STAGES, FinishReason, Stage

Status = Literal["waiting", "streaming", "complete", "failed"]


class StageState(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the answer so far."""

    stage: Stage
    text: str = ""
    done: bool = False
    tokens: int = 0
    ms: float = 0.0
    finish_reason: FinishReason | None = None
    first: str = ""
    """The text that a better one has replaced; empty if none has."""

    @property
    def written(self) -> str:
        """The text as it was streamed."""
        return self.first or self.text


class TurnState(msgspec.Struct, frozen=True, kw_only=True):
    """A turn as far as its events tell."""

    turn_id: str = ""
    session_id: str = ""
    question: str = ""
    model: str = ""
    status: Status = "waiting"
    position: int = 0
    stages: tuple[StageState, ...] = ()
    """In reading order."""
    decisions: tuple[events.Decision, ...] = ()
    notices: tuple[events.Notice, ...] = ()
    refinement: events.Refinement | None = None
    quality: events.Quality | None = None
    revisions: tuple[events.Revision, ...] = ()
    finish_reason: FinishReason | None = None
    metrics: events.TurnMetrics | None = None
    error: events.Error | None = None
    next_seq: int = 0
    """What to resume from."""

    @property
    def told(self) -> tuple[StageState, ...]:
        """What answers the question; how it was arrived at is left out."""
        return tuple(each for each in self.stages if each.stage not in PREPARATORY)

    @property
    def text(self) -> str:
        """The texts of what is told in reading order, a blank line between them."""
        return "\n\n".join(s.text.strip() for s in self.told if s.text.strip())

    @property
    def ended(self) -> bool:
        return self.status in ("complete", "failed")

    def stage(self, name: Stage) -> StageState:
        """The stage of that name; an empty one if it has not begun."""
        for each in self.stages:
            if each.stage == name:
                return each
        return StageState(stage=name)


def apply(state: TurnState, event: events.TurnEvent) -> TurnState:
    """The state after one more event. What was seen before, or comes after the end,
    changes nothing."""
    if event.seq < state.next_seq or state.ended:
        return state
    return msgspec.structs.replace(_advance(state, event), next_seq=event.seq + 1)


def fold(stream: Iterable[events.TurnEvent]) -> TurnState:
    """The state after all events."""
    state = TurnState()
    for event in stream:
        state = apply(state, event)
    return state


def _advance(state: TurnState, event: events.TurnEvent) -> TurnState:
    replace = msgspec.structs.replace
    match event:
        case events.Start():
            return replace(
                state,
                turn_id=event.turn_id,
                session_id=event.session_id,
                question=event.question,
                model=event.model,
            )
        case events.Queued():
            return replace(state, position=event.position)
        case events.Decision():
            return replace(state, decisions=(*state.decisions, event))
        case events.Notice():
            return replace(state, notices=(*state.notices, event))
        case events.StageChange():
            return _with_stage(state, _changed(state.stage(event.stage), event))
        case events.Chunk():
            stage = state.stage(event.stage)
            return _with_stage(state, replace(stage, text=stage.text + event.text))
        case events.Refinement():
            return replace(state, refinement=event)
        case events.Quality():
            return replace(state, quality=event)
        case events.Revision():
            return _revised(state, event)
        case events.Complete():
            return replace(
                state,
                status="complete",
                finish_reason=event.finish_reason,
                metrics=event.metrics,
            )
        case events.Error():
            return replace(state, status="failed", error=event, metrics=event.metrics)
        case _ as unreachable:
            assert_never(unreachable)


def _revised(state: TurnState, event: events.Revision) -> TurnState:
    state = msgspec.structs.replace(state, revisions=(*state.revisions, event))
    if not event.used:
        return state
    stage = state.stage(event.stage)
    better = msgspec.structs.replace(stage, text=event.text, first=stage.text)
    return _with_stage(state, better)


def _changed(stage: StageState, event: events.StageChange) -> StageState:
    if event.phase == "start":
        return stage
    return msgspec.structs.replace(
        stage,
        done=True,
        tokens=event.tokens,
        ms=event.ms,
        finish_reason=event.finish_reason,
    )


def _with_stage(state: TurnState, stage: StageState) -> TurnState:
    others = [each for each in state.stages if each.stage != stage.stage]
    ordered = sorted([*others, stage], key=lambda each: STAGES.index(each.stage))
    return msgspec.structs.replace(state, status="streaming", stages=tuple(ordered))
