"""One answer: the core streams at once, the model decides what else there is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from typing import Any

import msgspec

from jupyter_llmchat.errors import LLMChatError
from jupyter_llmchat.language_model import LanguageModel
from jupyter_llmchat.prompts import catalogue
from jupyter_llmchat.protocol import events
from jupyter_llmchat.protocol.ids import FinishReason, Stage

from .basis import Basis, Foundation
from .deadline import Deadline
from .deliberation import Deliberation
from .delivery import Delivery
from .metrics import Meter
from .model_choice import ModelChoice
from .plan import FIRST, Plan, plan
from .question import Question
from .refinement import refined_in_time
from .review import JUDGED, Review
from .runtime import Runtime
from .stage_prompts import Guide, stage_prompt
from .writing import Writer

PROMPT_TEMPLATE = catalogue.stages().version
"""Stored with every message: which prompts it was made with."""

WEIGHT: tuple[FinishReason, ...] = ("stop", "length", "deadline", "cancelled")
"""An answer ended for the last of these that one of its parts ended for."""

STRUCTURE = ("strategy", "intent", "expertise", "parts", "order", "refine")
"""Decided about the question while the core is being written."""

HURRY_TOKENS = 60
"""With less than this left for it, a part is asked to be short."""


async def answer(
    runtime: Runtime, question: Question, stop: asyncio.Event
) -> AsyncGenerator[events.TurnEvent, None]:
    """The events of one answer, not yet numbered; the last is Complete or Error.

    Setting `stop` ends it with what was said so far. Errors of the model become the
    Error event; any other exception is a bug and is raised.
    """
    run = _Answer(runtime, question, stop)
    task = asyncio.create_task(run.main())
    try:
        while (event := await run.said.get()) is not None:
            yield event
        await task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class _Answer:
    """The state of one answer. What it says goes to `said`; None is the end."""

    def __init__(
        self, runtime: Runtime, question: Question, stop: asyncio.Event
    ) -> None:
        self.said: asyncio.Queue[events.TurnEvent | None] = asyncio.Queue()
        self._runtime = runtime
        self._question = question
        self._stop = stop
        self._prompts = catalogue.stages()
        self._deadline = Deadline(question.arrived, question.deadline_s, runtime.config)
        self._meter = Meter(question.arrived)
        self._deliberation = Deliberation(
            runtime, question.turn_id, self._deadline, stop, self._say
        )
        self._delivery = Delivery(self._say)
        self._speaking = asyncio.Event()
        """Set with the first word: until then the model is not to be kept busy."""
        self._done: dict[Stage, asyncio.Event] = {}
        """Set when a part has been written, or will not be."""
        self._plan: Plan | None = None
        """Unknown until the model has decided."""
        self._choice = ModelChoice(
            runtime, question, self._deadline, self._deliberation, self._notice
        )
        self._score: float | None = None

    async def main(self) -> None:
        try:
            async with AsyncExitStack() as stack:
                reason = await self._answered(await self._choice.entered(stack))
            self._say(
                events.Complete(
                    turn_id=self._question.turn_id,
                    finish_reason=reason,
                    metrics=self._metrics(),
                )
            )
        except LLMChatError as error:
            self._say(self._failure(error))
        finally:
            await self._deliberation.close()
            self.said.put_nowait(None)

    async def _answered(self, model: LanguageModel) -> FinishReason:
        """Writes, judges, and tells why the answer ended."""
        foundation = Foundation(
            self._runtime,
            self._question,
            self._deadline,
            self._deliberation,
            self._notice,
        )
        basis = await foundation.basis(model)
        writer = Writer(
            self._runtime,
            model,
            self._question,
            self._deadline,
            self._meter,
            self._stop,
            self._put,
        )
        self._done[FIRST] = asyncio.Event()
        self._delivery.expect((FIRST,))
        try:
            reasons = await _together(
                self._part(FIRST, writer, basis),
                self._others(writer, basis),
            )
        finally:
            self._delivery.flush()
        reason = max((each for some in reasons for each in some), key=WEIGHT.index)
        self._tell_if_empty(writer, reason)
        if self._over() is None:
            self._score = await self._reviewed(writer, basis)
        return reason

    async def _reviewed(self, writer: Writer, basis: Basis) -> float | None:
        """The answer's score; None if it was not judged, or stopped meanwhile."""
        review = Review(
            runtime=self._runtime,
            turn_id=self._question.turn_id,
            question=self._question.text,
            messages=basis.messages,
            may_improve=not basis.is_grounded,
            writer=writer,
            deliberation=self._deliberation,
            deadline=self._deadline,
            say=self._say,
        )
        judging = asyncio.create_task(review.run(self._meter.stage(JUDGED).ms))
        stopped = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({judging, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return judging.result() if judging.done() else None
        finally:
            stopped.cancel()
            judging.cancel()
            with suppress(asyncio.CancelledError):
                await judging

    async def _others(self, writer: Writer, basis: Basis) -> list[FinishReason]:
        """All parts but the first, by the model's decisions."""
        await self._speaking.wait()
        asked = self._question.strategy
        known = {} if asked is None else {"strategy": asked}
        open_ = [name for name in STRUCTURE if name not in known]
        self._deliberation.ask(open_, self._question.text)
        chosen: dict[str, str] = {
            **known,
            **{name: await self._deliberation.chosen(name) for name in open_},
        }
        self._deadline.decided(chosen["strategy"])
        self._plan = plan(chosen, self._prompts)
        stages = tuple(each for each in self._plan.stages if each != FIRST)
        if not stages:
            return []
        self._done |= {each: asyncio.Event() for each in stages}
        self._delivery.expect(stages)
        guide = Guide(
            intent=chosen["intent"],
            expertise=chosen["expertise"],
            understood=await self._understood(chosen["refine"] == "unclear"),
        )
        reasons = await _together(
            *(self._part(each, writer, basis, guide) for each in stages)
        )
        return [each for some in reasons for each in some]

    async def _part(
        self,
        stage: Stage,
        writer: Writer,
        basis: Basis,
        guide: Guide | None = None,
    ) -> list[FinishReason]:
        """Writes one part once those that it sees are there."""
        seen = self._plan.seen[stage] if self._plan else ()
        for each in seen:
            await self._done[each].wait()
        if (early := self._over()) is not None:
            self._speaking.set()
            self._delivery.skip(stage)
            self._done[stage].set()
            return [early]
        if stage == FIRST and basis.stated:
            reason = writer.state(stage, basis.stated)
            self._done[stage].set()
            return [reason]
        length = writer.length(stage, self._until(stage))
        if guide is not None:
            guide = replace(guide, hurry=length.tokens < HURRY_TOKENS)
        said = "\n\n".join(writer.texts[each].strip() for each in seen)
        prompt = stage_prompt(basis.messages, self._prompts, stage, guide, said)
        reason = await writer.write(stage, prompt, length, lambda: self._until(stage))
        self._done[stage].set()
        return [reason]

    def _put(self, event: events.StageChange | events.Chunk) -> None:
        if isinstance(event, events.Chunk) or event.phase == "end":
            self._speaking.set()
        self._delivery.put(event)

    def _until(self, stage: Stage) -> float:
        """Share of the answer's time that there is for the part."""
        if self._plan is not None and not self._plan.awaited(stage):
            return 1.0
        return self._prompts.stages[stage].until

    async def _understood(self, is_wanted: bool) -> str:
        """The question in the model's words, if it wants and takes any."""
        if not is_wanted:
            return ""
        try:
            refined = await refined_in_time(
                self._runtime, self._question, self._deadline
            )
        except (LLMChatError, TimeoutError) as error:
            why = str(error) or "there was not enough time."
            self._notice("not_refined", f"The question was not refined: {why}")
            return ""
        if refined is None:
            return ""
        self._deliberation.settle(refined.decision)
        self._say(refined.event)
        return refined.event.text if refined.event.used else ""

    def _over(self) -> FinishReason | None:
        """Why nothing further can begin; None while it can."""
        if self._stop.is_set():
            return "cancelled"
        return "deadline" if self._deadline.left() <= 0 else None

    def _tell_if_empty(self, writer: Writer, reason: FinishReason) -> None:
        if any(writer.texts.values()):
            return
        if reason == "stop":
            self._notice("empty_answer", "The model had nothing to say. Ask otherwise.")
        elif reason == "deadline":
            self._notice(
                "no_time",
                "The time was over before the model had a word. Allow more time.",
            )

    def _metrics(self) -> events.TurnMetrics:
        return msgspec.structs.replace(
            self._meter.metrics(self._deliberation.taken),
            quality=self._score,
            tier=self._choice.tier,
        )

    def _notice(self, code: str, message: str) -> None:
        self._say(
            events.Notice(turn_id=self._question.turn_id, code=code, message=message)
        )

    def _failure(self, error: LLMChatError) -> events.Error:
        return events.Error(
            turn_id=self._question.turn_id,
            code=error.code,
            message=error.message,
            hint=error.hint,
            retryable=error.retryable,
            metrics=self._metrics(),
        )

    def _say(self, event: events.TurnEvent) -> None:
        self.said.put_nowait(event)


async def _together(
    *work: Coroutine[Any, Any, list[FinishReason]],
) -> list[list[FinishReason]]:
    """What each of them returns; the first exception ends all of them."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
