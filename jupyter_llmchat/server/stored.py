"""Between a turn's events and its rows in the store, in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast, get_args

from msgspec.structs import replace

from jupyter_llmchat.errors import GenerationFailed, WorkerLost, error_types
from jupyter_llmchat.protocol.events import (
    Chunk,
    Complete,
    Decision,
    Error,
    StageChange,
    Start,
    TurnEvent,
    TurnMetrics,
)
from jupyter_llmchat.protocol.fold import TurnState
from jupyter_llmchat.protocol.ids import PROTOCOL_VERSION, FinishReason
from jupyter_llmchat.protocol.resources import (
    Message,
    MessageState,
    StageText,
    Turn,
)

from .faults import error_event
from .hub import TurnLog

if TYPE_CHECKING:
    from jupyter_llmchat.pipeline import Exchange
    from jupyter_llmchat.store import Store
    from jupyter_llmchat.store.records import EndedTurn


def ended_turn(start: Start, state: TurnState, end: Complete | Error) -> EndedTurn:
    """What the store keeps of a turn that ends with `end`."""
    from jupyter_llmchat.store.records import EndedTurn

    metrics = end.metrics
    chosen = [each.chosen for each in state.decisions if each.name == "strategy"]
    counted = sum(stage.tokens for stage in state.stages)
    return EndedTurn(
        turn_id=start.turn_id,
        answer_id=start.answer_id,
        state=_state(end),
        finish_reason=_finish_reason(end),
        strategy=(metrics and metrics.strategy) or next(iter(chosen), None),
        metrics=metrics,
        stages=tuple(
            StageText(
                stage=stage.stage, text=stage.text, first=stage.first, ms=stage.ms
            )
            for stage in state.stages
            if stage.text
        ),
        tokens=metrics.generated_tokens if metrics else counted,
        refinement=state.refinement,
        quality=state.quality,
        revisions=state.revisions,
        notices=state.notices,
    )


def exchanges(messages: tuple[Message, ...]) -> tuple[Exchange, ...]:
    """The conversation so far, oldest first; answers without text are left out."""
    from jupyter_llmchat.pipeline import Exchange

    questions = {each.turn_id: each.text for each in messages if each.role == "user"}
    return tuple(
        Exchange(question=questions[each.turn_id], answer=each.text)
        for each in messages
        if each.role == "assistant"
        and each.state != "streaming"
        and each.text
        and each.turn_id in questions
    )


async def replayed(
    store: Store, owner: str, turn_id: str, client_message_id: str = ""
) -> TurnLog:
    """The events of a turn that only the store remembers, its text in one piece.

    They are numbered anew, so they can only be read from the start.
    `client_message_id` is that of the request they answer. Raises NotFound.
    """
    turn = await store.turn(owner, turn_id)
    question, answer = await store.branches.exchange(owner, turn_id)
    log = TurnLog(owner, turn_id)
    for event in _events(turn, question, answer):
        if isinstance(event, Start):
            event = replace(event, client_message_id=client_message_id)
        log.publish(event)
    return log


def _events(turn: Turn, question: Message, answer: Message) -> Iterator[TurnEvent]:
    yield Start(
        turn_id=turn.id,
        protocol=PROTOCOL_VERSION,
        session_id=turn.session_id,
        message_id=question.id,
        answer_id=answer.id,
        question=question.text,
        model=answer.model or "",
        deadline_s=float(answer.parameters.get("deadline_s") or 0.0),
        timestamp=turn.created,
    )
    yield from retold(turn, answer)
    yield _end(turn, answer)


def retold(turn: Turn, answer: Message) -> Iterator[TurnEvent]:
    """What was said between the first event and the last, each text in one piece."""
    for each in turn.decisions:
        yield Decision(
            turn_id=turn.id,
            name=each.name,
            options=each.options,
            chosen=each.chosen,
            calibrated=each.calibrated,
            tokens=each.tokens,
            ms=each.ms,
            source=each.source,
        )
    if turn.refinement is not None:
        yield turn.refinement
    yield from turn.notices
    for part in answer.stages:
        yield from _stage(part, answer)
    if turn.quality is not None:
        yield turn.quality
    yield from turn.revisions


def _stage(part: StageText, answer: Message) -> Iterator[TurnEvent]:
    turn_id, stage = answer.turn_id, part.stage
    yield StageChange(turn_id=turn_id, stage=stage, phase="start")
    yield Chunk(
        turn_id=turn_id,
        stage=stage,
        # A revision follows, which puts the better text in its place.
        text=part.first or part.text,
        chunk_id=0,
        timestamp=answer.created,
    )
    yield StageChange(turn_id=turn_id, stage=stage, phase="end", ms=part.ms)


def _end(turn: Turn, answer: Message) -> Complete | Error:
    metrics = turn.metrics or TurnMetrics(total_ms=answer.processing_ms or 0.0)
    match turn.state:
        case "complete" | "cancelled":
            known = turn.finish_reason in get_args(FinishReason)
            reason = cast(FinishReason, turn.finish_reason) if known else "stop"
            return Complete(turn_id=turn.id, finish_reason=reason, metrics=metrics)
        case "failed":
            error = error_types().get(turn.finish_reason or "", GenerationFailed)
            return error_event(error(_FAILED, _AGAIN), turn.id)
        case "interrupted" | "streaming":
            return error_event(WorkerLost(_INTERRUPTED, _AGAIN), turn.id)


_FAILED = "This answer failed when it was written; what was said is kept."
_INTERRUPTED = "This answer was interrupted; what was said is kept."
_AGAIN = "Ask the question again."


def _state(end: Complete | Error) -> MessageState:
    if isinstance(end, Complete):
        return "cancelled" if end.finish_reason == "cancelled" else "complete"
    return "interrupted" if end.code == WorkerLost.code else "failed"


def _finish_reason(end: Complete | Error) -> str:
    if isinstance(end, Complete):
        return end.finish_reason
    return "interrupted" if end.code == WorkerLost.code else end.code
