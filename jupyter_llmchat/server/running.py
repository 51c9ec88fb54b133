"""One turn on its way from a stored question to its last event."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import msgspec

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.errors import Busy, GenerationFailed, LLMChatError, WorkerLost
from jupyter_llmchat.language_model import LanguageModel
from jupyter_llmchat.protocol.events import (
    TERMINAL,
    Complete,
    Error,
    Notice,
    Queued,
    TurnEvent,
    TurnMetrics,
)
from jupyter_llmchat.protocol.fold import TurnState, apply
from jupyter_llmchat.protocol.ids import FinishReason

from .ahead import ReadAhead
from .asking import Asking
from .faults import INTERNAL, error_event
from .hub import Hub, TurnLog
from .line import Line
from .recorder import Recorder
from .replay import Making, Replays
from .stored import ended_turn
from .unsaved import Unsaved

if TYPE_CHECKING:
    from jupyter_llmchat.pipeline import Question
    from jupyter_llmchat.store import Store

Answer = Callable[["Question", asyncio.Event], AsyncGenerator[TurnEvent, None]]
"""The pipeline: one terminal event, last; setting the event ends it early."""

OVERTIME_S = 10.0
"""The pipeline keeps its own deadline; so long after it the turn is ended from here."""
STOPPING_S = 5.0
"""A cancelled turn that has not ended by itself after this long is ended from here."""
STORE_S = 45.0
"""The store may take this long for what a turn waits for."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What all turns share."""

    store: Store
    model: LanguageModel
    hub: Hub
    line: Line
    replays: Replays
    ahead: ReadAhead
    unsaved: Unsaved
    pipeline: PipelineConfig
    answer: Answer
    beat: Callable[[], None]
    """Called at least every second while a turn lives."""
    log: logging.Logger


class RunningTurn:
    """Owns a turn: its events, its text in the store, and how it can end."""

    def __init__(self, around: Surroundings, events: TurnLog, asking: Asking) -> None:
        self.events = events
        self._around = around
        self._asking = asking
        self._making: Making | None = None
        self._phase: Literal["new", "waiting", "answering", "ending"] = "new"
        self._stop = asyncio.Event()
        self._interrupted = False
        self._limit = asyncio.timeout(None)
        self._warned = False
        self._state = apply(TurnState(), events.start)

    def cancel(self) -> bool:
        """Ends the turn soon, as asked by the user; False if it ends already."""
        if self._phase == "ending":
            return False
        if not self._stop.is_set():
            self._stop.set()
            self._hurry()
        return True

    def interrupt(self) -> None:
        """Ends the turn at once because the server stops; what was said is kept."""
        self._interrupted = True
        self._hurry()

    async def run(self) -> None:
        """Returns once the turn's last event is published; raises nothing."""
        recorder = Recorder(
            self._around.store,
            self.events.turn_id,
            failing=self._not_saved,
            beat=self._around.beat,
        )
        end = await self._outcome(recorder)
        self._phase = "ending"
        self.events.publish(await self._stored(recorder, end))
        self._around.hub.ended(self.events)
        self._around.log.info(
            "turn %s ended: %s, %.0f ms",
            self.events.turn_id,
            end.finish_reason if isinstance(end, Complete) else end.code,
            self._elapsed_ms(),
        )

    async def _outcome(self, recorder: Recorder) -> Complete | Error:
        try:
            return await self._in_time(recorder)
        except asyncio.CancelledError:
            return self._failure(_shutting_down())
        except LLMChatError as error:
            return self._failure(error)
        except Exception:  # whatever goes wrong, a turn ends
            self._around.log.error("turn %s failed", self.events.turn_id, exc_info=True)
            return self._failure(INTERNAL)

    async def _in_time(self, recorder: Recorder) -> Complete | Error:
        try:
            async with self._limit:
                self._limit.reschedule(self._latest())
                self._phase = "waiting"
                async with self._around.line.place(self.events.owner, self._moved):
                    self._phase = "answering"
                    return await self._answered(recorder)
        except TimeoutError:
            if not self._limit.expired():
                raise
            return self._late()

    async def _answered(self, recorder: Recorder) -> Complete | Error:
        said = self._around.answer(await self._question(), self._stop)
        async with aclosing(said):
            async for event in said:
                if isinstance(event, TERMINAL):
                    return event
                recorder.note(self._publish(event))
        raise RuntimeError("the pipeline ended without saying how")

    async def _question(self) -> Question:
        asking = self._asking
        question = asking.question(
            await self._around.store.branches.before(asking.owner, asking.turn_id)
        )
        self._making = await self._around.replays.making(asking, question)
        return question

    async def _stored(
        self, recorder: Recorder, end: Complete | Error
    ) -> Complete | Error:
        """The event to end with: another one if the answer could not be stored."""
        try:
            async with asyncio.timeout(STORE_S):
                await self._store(recorder, end)
        except LLMChatError as error:
            again = partial(self._store, recorder, end)
            self._around.unsaved.keep(self.events.turn_id, again)
            return self._failure(error)
        except Exception:  # whatever goes wrong, a turn ends
            self._around.log.error(
                "turn %s was not stored", self.events.turn_id, exc_info=True
            )
            return self._failure(INTERNAL)
        return end

    async def _store(self, recorder: Recorder, end: Complete | Error) -> None:
        """Can be repeated until it has succeeded."""
        await recorder.close()
        key = await self._around.replays.key(self._making, self._state, end)
        ended = ended_turn(self.events.start, self._state, end)
        await self._around.store.end_turn(ended, key)

    def _publish(self, event: TurnEvent) -> TurnEvent:
        numbered = self.events.publish(event)
        self._state = apply(self._state, numbered)
        return numbered

    def _moved(self, position: int) -> None:
        self._publish(Queued(turn_id=self.events.turn_id, position=position))

    def _not_saved(self, error: LLMChatError) -> None:
        if self._warned or self.events.ended:
            return
        self._warned = True
        self._publish(
            Notice(
                turn_id=self.events.turn_id,
                code="not_saved",
                message=f"This answer is not being saved at the moment. {error}",
            )
        )

    def _hurry(self) -> None:
        if self._phase in ("waiting", "answering"):
            self._limit.reschedule(self._latest())

    def _latest(self) -> float:
        """The loop's time at which the turn is ended from here."""
        now = asyncio.get_running_loop().time()
        if self._interrupted:
            return now
        if self._stop.is_set():
            return now + (STOPPING_S if self._phase == "answering" else 0.0)
        return now + self._asking.deadline_s + OVERTIME_S

    def _late(self) -> Complete | Error:
        if self._interrupted:
            return self._failure(_shutting_down())
        if self._stop.is_set():
            return self._complete("cancelled")
        if self._phase == "waiting":
            return self._failure(
                Busy(
                    "The answer could not begin in time: other questions went first.",
                    "Ask again in a moment.",
                )
            )
        if self._state.text:
            return self._complete("deadline")
        return self._failure(
            GenerationFailed(
                f"No answer came within {self._asking.deadline_s:.0f} s.",
                "Ask again, or allow more time (deadline_s).",
            )
        )

    def _complete(self, reason: FinishReason) -> Complete:
        return Complete(
            turn_id=self.events.turn_id, finish_reason=reason, metrics=self._metrics()
        )

    def _failure(self, error: LLMChatError) -> Error:
        event = error_event(error, self.events.turn_id)
        return msgspec.structs.replace(event, metrics=self._metrics())

    def _metrics(self) -> TurnMetrics:
        """What is known here when the pipeline could not say it."""
        return TurnMetrics(
            total_ms=self._elapsed_ms(),
            generated_tokens=sum(each.tokens for each in self._state.stages),
            decisions=len(self._state.decisions),
            stages=tuple(each.stage for each in self._state.stages),
        )

    def _elapsed_ms(self) -> float:
        return (time.monotonic() - self._asking.arrived) * 1000


def _shutting_down() -> WorkerLost:
    return WorkerLost(
        "The server is shutting down; what was said so far is kept.",
        "Ask again when it is back.",
    )
