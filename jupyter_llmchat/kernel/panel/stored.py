"""Questions and answers as the server keeps them → what a panel shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

import msgspec

from jupyter_llmchat.protocol import resources
from jupyter_llmchat.protocol.events import Decision, Error, TurnMetrics
from jupyter_llmchat.protocol.fold import StageState, Status, TurnState
from jupyter_llmchat.protocol.ids import FinishReason

_STATUS: dict[resources.MessageState, Status] = {
    "complete": "complete",
    "streaming": "streaming",
    "interrupted": "complete",
    "cancelled": "complete",
    "failed": "failed",
}


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """A question and what has become of it."""

    turn_id: str
    question: str
    versions: tuple[str, ...]
    """The turns that stand at its place, its own among them; empty without others."""
    state: TurnState


def exchanges(messages: Iterable[resources.Message]) -> tuple[Exchange, ...]:
    """In the order of the conversation; a question may have no answer yet."""
    asked: dict[str, resources.Message] = {}
    answered: dict[str, resources.Message] = {}
    for each in messages:
        (asked if each.role == "user" else answered)[each.turn_id] = each
    return tuple(
        Exchange(
            turn_id=turn_id,
            question=question.text,
            versions=question.versions,
            state=_state(question, answered.get(turn_id)),
        )
        for turn_id, question in asked.items()
    )


def with_details(state: TurnState, turn: resources.Turn) -> TurnState:
    """The state with what only the turn tells: figures, decisions, quality."""
    reason = turn.finish_reason
    return msgspec.structs.replace(
        state,
        metrics=turn.metrics or state.metrics,
        decisions=tuple(_decision(turn.id, each) for each in turn.decisions),
        refinement=turn.refinement,
        quality=turn.quality,
        revisions=turn.revisions,
        notices=turn.notices,
        finish_reason=reason if reason in get_args(FinishReason) else None,
    )


def _state(question: resources.Message, answer: resources.Message | None) -> TurnState:
    if answer is None:
        return TurnState(turn_id=question.turn_id, question=question.text)
    done = answer.state != "streaming"
    return TurnState(
        turn_id=answer.turn_id,
        session_id=answer.session_id,
        question=question.text,
        model=answer.model or "",
        status=_STATUS[answer.state],
        stages=tuple(
            StageState(
                stage=each.stage,
                text=each.text,
                first=each.first,
                ms=each.ms,
                done=done,
            )
            for each in answer.stages
        ),
        finish_reason=_reason(answer.state),
        metrics=_metrics(answer),
        error=_error(answer) if answer.state == "failed" else None,
    )


def _reason(state: resources.MessageState) -> FinishReason | None:
    if state in ("cancelled", "interrupted"):
        return "cancelled" if state == "cancelled" else "interrupted"
    return "stop" if state == "complete" else None


def _metrics(answer: resources.Message) -> TurnMetrics | None:
    if answer.processing_ms is None:
        return None
    return TurnMetrics(total_ms=answer.processing_ms, generated_tokens=answer.tokens)


def _error(answer: resources.Message) -> Error:
    return Error(turn_id=answer.turn_id, code="failed", message="This answer failed.")


def _decision(turn_id: str, stored: resources.StoredDecision) -> Decision:
    return Decision(turn_id=turn_id, **msgspec.structs.asdict(stored))
