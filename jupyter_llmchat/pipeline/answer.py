"""One answer: the core streams at once, the model's decision says what follows it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import suppress

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.errors import LLMChatError
from jupyter_llmchat.language_model import (
    ChatPrompt,
    LanguageModel,
    Priority,
    SamplingParams,
)
from jupyter_llmchat.models.profile import DEFAULT_STYLE, DecisionStyle
from jupyter_llmchat.prompts import catalogue
from jupyter_llmchat.protocol import events
from jupyter_llmchat.protocol.ids import FinishReason, Stage

from .conversation import conversation, stage_prompt
from .deadline import Deadline
from .decisions import decide, render
from .metrics import Meter
from .question import Question
from .stages import generate

PROMPT_TEMPLATE = catalogue.stages().version
"""Stored with every message: which prompts it was made with."""

FIRST: Stage = "core"
"""The stage that does not wait for decisions."""

WEIGHT: tuple[FinishReason, ...] = ("stop", "length", "deadline", "cancelled")
"""An answer ended for the last of these that one of its stages ended for."""

MAX_TOKENS = 8192

UNDECIDED = "simple"
"""What is done when the model could not decide: the core answer, and no more."""


async def answer(
    model: LanguageModel,
    question: Question,
    config: PipelineConfig,
    stop: asyncio.Event,
    style: DecisionStyle = DEFAULT_STYLE,
) -> AsyncGenerator[events.TurnEvent, None]:
    """The events of one answer, not yet numbered; the last is Complete or Error.

    Setting `stop` ends it with what was said so far; `style` is how the model decides
    best. Errors of the model become the Error event; any other exception is a bug and
    is raised.
    """
    run = _Run(model, question, config, stop, style)
    task = asyncio.create_task(run.main())
    try:
        while (event := await run.said.get()) is not None:
            yield event
        await task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def warm_up(model: LanguageModel, style: DecisionStyle = DEFAULT_STYLE) -> None:
    """Lets the model read what every answer begins with; for idle time."""
    prompts = catalogue.stages()
    strategy = catalogue.decision("strategy")
    await model.prepare(render(strategy, "N/A", style), lasting=True)
    await decide(model, "", strategy, "N/A", style=style, priority=Priority.IDLE)
    hello = conversation(Question(turn_id="", text="Hello", arrived=0.0), prompts, 0)
    await model.prepare(stage_prompt(hello, prompts, FIRST, ""), lasting=True)


class _Run:
    """The state of one answer. What it says goes to `said`; None is the end."""

    def __init__(
        self,
        model: LanguageModel,
        question: Question,
        config: PipelineConfig,
        stop: asyncio.Event,
        style: DecisionStyle,
    ) -> None:
        self.said: asyncio.Queue[events.TurnEvent | None] = asyncio.Queue()
        self._model = model
        self._question = question
        self._config = config
        self._stop = stop
        self._style = style
        self._prompts = catalogue.stages()
        self._deadline = Deadline(question.arrived, question.deadline_s, config)
        self._meter = Meter(question.arrived)
        self._texts: dict[Stage, str] = {}
        self._last: Stage | None = None
        """The stage that nothing follows, once it is known."""

    async def main(self) -> None:
        deciding = asyncio.create_task(self._decide())
        try:
            reason = await self._stages(deciding)
            metrics = self._meter.metrics()
            self._say(
                events.Complete(
                    turn_id=self._question.turn_id,
                    finish_reason=reason,
                    metrics=metrics,
                )
            )
        except LLMChatError as error:
            self._say(self._failure(error))
        finally:
            deciding.cancel()
            self.said.put_nowait(None)

    async def _stages(self, deciding: asyncio.Task[str]) -> FinishReason:
        """Runs the stages; the reason is the weightiest of theirs."""
        talk = conversation(self._question, self._prompts, self._config.history_chars)
        if talk.left_out:
            self._notice(
                "history_left_out",
                f"{talk.left_out} earlier exchanges of this session were left out to"
                " keep the question within the model's context.",
            )
        reasons = [
            await self._stage(FIRST, stage_prompt(talk, self._prompts, FIRST, ""))
        ]
        for stage in await self._following(deciding):
            if (early := self._over()) is not None:
                reasons.append(early)
                break
            said = "\n\n".join(self._texts.values())
            prompt = stage_prompt(talk, self._prompts, stage, said)
            reasons.append(await self._stage(stage, prompt))
        if not any(self._texts.values()) and "stop" in reasons:
            self._notice("empty_answer", "The model had nothing to say. Ask otherwise.")
        return max(reasons, key=WEIGHT.index)

    def _over(self) -> FinishReason | None:
        """Why no further stage can begin; None while one can."""
        if self._stop.is_set():
            return "cancelled"
        return "deadline" if self._deadline.left() <= 0 else None

    async def _following(self, deciding: asyncio.Task[str]) -> tuple[Stage, ...]:
        """The stages after the first by the model's decision, which is waited for
        until the answer is over; then by the longest strategy, so that what is missing
        counts as missing."""
        stopped = asyncio.create_task(self._stop.wait())
        await asyncio.wait(
            {deciding, stopped},
            timeout=self._deadline.left(),
            return_when=asyncio.FIRST_COMPLETED,
        )
        stopped.cancel()
        strategies = self._prompts.strategies
        if deciding.done():
            planned = strategies[deciding.result()]
        else:
            planned = max(strategies.values(), key=len)
        return tuple(stage for stage in planned if stage != FIRST)

    async def _stage(self, stage: Stage, prompt: ChatPrompt) -> FinishReason:
        """Streams one stage to its end."""
        turn_id = self._question.turn_id
        timer = self._meter.stage(stage)
        self._say(events.StageChange(turn_id=turn_id, stage=stage, phase="start"))
        self._texts[stage] = ""
        pieces = generate(
            self._model,
            prompt,
            self._params(),
            deadline=self._deadline.at(),
            seconds_left=lambda: self._deadline.left(self._share(stage)),
            stop=self._stop,
        )
        reason: FinishReason = "stop"
        chunk_id = 0
        async for piece in pieces:
            timer.piece(piece)
            reason = piece.finish_reason or reason
            # A stage begins with its first word.
            text = piece.text if self._texts[stage] else piece.text.lstrip()
            if text:
                self._texts[stage] += text
                self._chunk(stage, text, chunk_id)
                chunk_id += 1
        self._say(
            events.StageChange(
                turn_id=turn_id,
                stage=stage,
                phase="end",
                tokens=timer.tokens,
                ms=timer.ms,
                finish_reason=reason,
            )
        )
        return reason

    def _share(self, stage: Stage) -> float:
        """Of the answer's time, up to the end of this stage."""
        return 1.0 if stage == self._last else self._prompts.stages[stage].until

    def _params(self) -> SamplingParams:
        question, config = self._question, self._config
        asked = question.temperature
        return SamplingParams(
            max_tokens=min(question.max_tokens or config.stage_tokens, MAX_TOKENS),
            temperature=config.temperature if asked is None else asked,
            seed=question.seed,
        )

    async def _decide(self) -> str:
        """The strategy, by the model; without its word only the core is given."""
        try:
            decision = await decide(
                self._model,
                self._question.turn_id,
                catalogue.decision("strategy"),
                self._question.text,
                style=self._style,
                deadline=self._deadline.at(),
            )
        except LLMChatError as error:
            self._notice("decision_failed", f"The model did not decide: {error}")
            return UNDECIDED
        self._meter.decided(decision)
        self._deadline.decided(decision.chosen)
        self._last = self._prompts.strategies[decision.chosen][-1]
        self._say(decision)
        return decision.chosen

    def _chunk(self, stage: Stage, text: str, chunk_id: int) -> None:
        self._say(
            events.Chunk(
                turn_id=self._question.turn_id,
                stage=stage,
                text=text,
                chunk_id=chunk_id,
                timestamp=time.time(),
            )
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
            metrics=self._meter.metrics(),
        )

    def _say(self, event: events.TurnEvent) -> None:
        self.said.put_nowait(event)
