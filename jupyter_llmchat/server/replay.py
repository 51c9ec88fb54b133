"""Answers that are known from earlier, given again without asking a model.

Only for exactly the same question, with all that its answer depends on the same; see
`pipeline/response_key`.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from jupyter_llmchat.protocol.events import Complete, Error, TurnMetrics
from jupyter_llmchat.protocol.fold import TurnState, fold

from .asking import Asking
from .hub import TurnLog
from .origin import Origins
from .stored import ended_turn, retold

if TYPE_CHECKING:
    from jupyter_llmchat.pipeline import Question
    from jupyter_llmchat.pipeline.response_key import Origin
    from jupyter_llmchat.store.records import NewTurn, Remembered, WholeTurn


@dataclass(frozen=True, kw_only=True)
class Making:
    """An answer that is being made, and what with."""

    asking: Asking
    question: Question
    origin: Origin

    def key(self) -> str:
        """What the answer can be found by. Long texts take their time."""
        from jupyter_llmchat.pipeline.response_key import response_key

        asking = self.asking
        return response_key(asking.owner, self.question, asking.options, self.origin)


class Replays:
    """Says which answers can be given again later."""

    def __init__(self, origins: Origins) -> None:
        self._origins = origins

    async def origin(self) -> Origin | None:
        """What an answer would be made with now; see Origins.now."""
        return await self._origins.now()

    async def making(self, asking: Asking, question: Question) -> Making | None:
        """To be called when the answer begins; None for one that nobody will find."""
        origin = await self._origins.now()
        if origin is None:
            return None
        return Making(asking=asking, question=question, origin=origin)

    async def key(
        self, making: Making | None, state: TurnState, end: Complete | Error
    ) -> str | None:
        """What to find the answer by that has ended with `end`.

        None for one that is not to be given again, or that was being made when what
        it is made with has changed.
        """
        if making is None or not _is_whole(state, end):
            return None
        if making.origin != await self._origins.now():
            return None
        return await asyncio.to_thread(making.key)


def replay(
    remembered: Remembered, new: NewTurn, log: TurnLog, arrived: float
) -> WholeTurn:
    """Says the answer again in a turn of its own, which has begun; what to store.

    `arrived` is the question's time.monotonic().
    """
    from jupyter_llmchat.store.records import WholeTurn

    turn, start = remembered.turn, log.start
    answer = msgspec.structs.replace(remembered.answer, created=start.timestamp)
    for event in retold(turn, answer):
        log.publish(event)
    end = Complete(
        turn_id=start.turn_id,
        finish_reason="stop",
        metrics=_metrics(turn.metrics, arrived),
    )
    log.publish(end)
    state = fold(log.events)
    ended = ended_turn(start, state, end)
    return WholeTurn(new=new, decisions=state.decisions, ended=ended)


def _metrics(first: TurnMetrics | None, arrived: float) -> TurnMetrics:
    """Those of the first time, but for what has to do with time and the model."""
    elapsed_ms = (time.monotonic() - arrived) * 1e3
    return msgspec.structs.replace(
        first or TurnMetrics(total_ms=0.0),
        total_ms=elapsed_ms,
        first_token_ms=elapsed_ms,
        token_ms=None,
        tokens_per_s=None,
        prompt_tokens=0,
        cached_tokens=0,
        is_replay=True,
    )


def _is_whole(state: TurnState, end: Complete | Error) -> bool:
    """Nothing is missing, and there was nothing to remark, which would be lost."""
    return (
        isinstance(end, Complete)
        and end.finish_reason == "stop"
        and bool(state.text)
        and not state.notices
        and all(each.finish_reason == "stop" for each in state.stages)
    )
