"""Writes the parts of an answer: prompts in, events out."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass

from jupyter_llmchat.language_model import (
    ChatPrompt,
    FinishReason,
    LanguageModel,
    Piece,
    Priority,
    SamplingParams,
)
from jupyter_llmchat.prompts import catalogue
from jupyter_llmchat.protocol.events import Chunk, StageChange
from jupyter_llmchat.protocol.ids import PREPARATORY, Stage

from .deadline import GRACE, Deadline
from .ending import Ending
from .metrics import Meter, StageTimer
from .question import Question
from .runtime import Runtime
from .stages import generate

MAX_TOKENS = 8192
SLACK_TOKENS = 60
"""What a part may take beyond its own length to end a sentence."""
PACE_TOKENS = 16
"""The speed of writing is looked at each time so many tokens have come."""


@dataclass(frozen=True, kw_only=True)
class Length:
    """How long one part may get."""

    tokens: int
    """After so many it ends with its sentence."""
    most: int
    """After so many it is broken off."""


class Writer:
    """Writes the parts of one answer with one model."""

    def __init__(
        self,
        runtime: Runtime,
        model: LanguageModel,
        question: Question,
        deadline: Deadline,
        meter: Meter,
        stop: asyncio.Event,
        put: Callable[[StageChange | Chunk], None],
    ) -> None:
        self.texts: dict[Stage, str] = {}
        """What has been written, by part."""
        self._numbers: dict[Stage, itertools.count[int]] = {}
        """Of the next chunk, by part."""
        self._runtime = runtime
        self._model = model
        self._question = question
        self._deadline = deadline
        self._meter = meter
        self._stop = stop
        self._put = put

    def length(self, stage: Stage, share: float = 1.0) -> Length:
        """Of a part that begins now and has that share of the answer's time, at the
        speed at present."""
        prompt = catalogue.stages().stages[stage]
        asked = self._question.max_tokens or self._runtime.config.stage_tokens
        limit = min(asked, MAX_TOKENS)
        if self._question.json_schema is not None:
            # Ended at a sentence it would not be JSON.
            return Length(tokens=limit, most=limit)
        tokens = min(limit, prompt.tokens)
        left = self._deadline.left(GRACE * share)
        return Length(
            tokens=self._runtime.pace.tokens_in(left, tokens),
            most=min(limit, tokens + SLACK_TOKENS) if tokens < limit else limit,
        )

    async def write(
        self,
        stage: Stage,
        prompt: ChatPrompt,
        length: Length,
        until: Callable[[], float],
    ) -> FinishReason:
        """Streams one part to its end, which comes when the share `until` of the
        answer's time is used up at the latest. Raises what the model raises."""
        timer = self._meter.stage(stage)
        turn_id = self._question.turn_id
        self._put(StageChange(turn_id=turn_id, stage=stage, phase="start"))
        self.texts[stage] = ""
        self._numbers[stage] = itertools.count()
        reason: FinishReason = "stop"
        part = _Part(timer, length, lambda: self._deadline.left(GRACE * until()))
        pieces = generate(
            self._model,
            prompt,
            self._params(length.most),
            deadline=self._deadline.at(),
            seconds_left=lambda: self._deadline.left(until()),
            stop=self._stop,
            priority=Priority.DECISION if stage in PREPARATORY else Priority.VISIBLE,
        )
        async with aclosing(pieces):
            async for piece in pieces:
                timer.piece(piece)
                self._observe(timer)
                text, ended = part.take(piece)
                self._add(stage, text)
                reason = ended or piece.finish_reason or reason
                if ended:
                    break
        if stage in PREPARATORY and reason == "length":
            # The length of these is ours: that it is reached is nothing to tell.
            reason = "stop"
        self._put(
            StageChange(
                turn_id=turn_id,
                stage=stage,
                phase="end",
                tokens=timer.tokens,
                ms=timer.ms,
                finish_reason=reason,
            )
        )
        return reason

    def state(self, stage: Stage, text: str) -> FinishReason:
        """A part that is known as it stands."""
        timer = self._meter.stage(stage)
        turn_id = self._question.turn_id
        self._put(StageChange(turn_id=turn_id, stage=stage, phase="start"))
        self.texts[stage] = ""
        self._numbers[stage] = itertools.count()
        timer.stated()
        self._add(stage, text)
        self._put(
            StageChange(
                turn_id=turn_id,
                stage=stage,
                phase="end",
                tokens=0,
                ms=timer.ms,
                finish_reason="stop",
            )
        )
        return "stop"

    def _add(self, stage: Stage, text: str) -> None:
        """More of a part, which begins with its first word."""
        text = text if self.texts[stage] else text.lstrip()
        if text:
            self.texts[stage] += text
            self._put(self._chunk(stage, text, next(self._numbers[stage])))

    async def draft(self, prompt: ChatPrompt, most: int) -> str:
        """A text that nobody sees grow; empty if there was no time for all of it."""
        text, reason = "", None
        pace = self._runtime.pace
        began = time.monotonic()
        limit = min(self._deadline.at(), began + pace.limit_s("large"))
        pieces = generate(
            self._model,
            prompt,
            self._params(most),
            deadline=limit,
            seconds_left=lambda: max(0.0, limit - time.monotonic()),
            stop=self._stop,
            priority=Priority.DECISION,
        )
        async for piece in pieces:
            text += piece.text
            reason = piece.finish_reason
        pace.took("large", time.monotonic() - began)
        return text.strip() if reason == "stop" else ""

    def _params(self, most: int) -> SamplingParams:
        asked = self._question.temperature
        usual = self._runtime.config.temperature
        return SamplingParams(
            max_tokens=most,
            temperature=usual if asked is None else asked,
            seed=self._question.seed,
            json_schema=self._question.json_schema,
        )

    def _observe(self, timer: StageTimer) -> None:
        if timer.first is not None and timer.tokens % PACE_TOKENS == 0:
            self._runtime.pace.wrote(timer.tokens - 1, timer.last - timer.first)

    def _chunk(self, stage: Stage, text: str, chunk_id: int) -> Chunk:
        return Chunk(
            turn_id=self._question.turn_id,
            stage=stage,
            text=text,
            chunk_id=chunk_id,
            timestamp=time.time(),
        )


class _Part:
    """Ends a part where a reader would not notice, once it is time to end it."""

    def __init__(
        self, timer: StageTimer, length: Length, seconds_left: Callable[[], float]
    ) -> None:
        self._timer = timer
        self._length = length
        self._seconds_left = seconds_left
        self._ending = Ending()

    def take(self, piece: Piece) -> tuple[str, FinishReason | None]:
        """What of the piece belongs to the part, and why it ends here, if it does."""
        reason = self._why_end()
        if reason is None:
            self._ending.read(piece.text)
            return piece.text, None
        cut = self._ending.cut(piece.text)
        return (piece.text, None) if cut is None else (piece.text[:cut], reason)

    def _why_end(self) -> FinishReason | None:
        if self._seconds_left() <= 0:
            return "deadline"
        if self._timer.tokens >= self._length.tokens < self._length.most:
            # It has said what it was asked for, at the length meant for it.
            return "stop"
        return None
