"""`python -m tests.browser.fake_lab`: JupyterLab with a model that goes by a script.

What is answered stands in the question (see `script`), so a test says it where it asks;
or in a file of the lab's, where the questions are not the test's.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import msgspec

from jupyter_llmchat.pipeline import Question
from jupyter_llmchat.protocol.events import (
    Chunk,
    Complete,
    Decision,
    Error,
    Notice,
    Option,
    Quality,
    StageChange,
    TurnEvent,
    TurnMetrics,
)
from jupyter_llmchat.server.app import LLMChatApp
from jupyter_llmchat.server.services import Services
from tests.server.builders import HostedFake

from .script import Play, play

STRATEGY = Decision(
    turn_id="",
    name="strategy",
    options=(
        Option(label="simple", probability=0.2),
        Option(label="comprehensive", probability=0.8),
    ),
    chosen="comprehensive",
    calibrated=True,
    tokens=7,
    ms=81.0,
)
QUALITY = Quality(
    turn_id="",
    score=78.0,
    relevance=90,
    completeness=70,
    accuracy=80,
    clarity=72,
    method="likelihood",
    reliability=0.83,
    improvements="Give an example.",
)


async def answer(
    question: Question, stop: asyncio.Event
) -> AsyncGenerator[TurnEvent, None]:
    """The pipeline: ends early, with `cancelled`, once it is told to stop."""
    script = Path(os.environ["LLMCHAT_TEST_SCRIPT"])
    text = script.read_text() if script.exists() else question.text
    script.with_name("asked.json").write_bytes(msgspec.json.encode(question.context))
    async for event in _Told(play(text), stop).events():
        yield msgspec.structs.replace(event, turn_id=question.turn_id)


class _Told:
    """One answer while it is given."""

    def __init__(self, script: Play, stop: asyncio.Event) -> None:
        self.script = script
        self.stop = stop
        self.pieces = 0
        self.begun = time.monotonic()
        self.first_ms: float | None = None

    async def events(self) -> AsyncIterator[TurnEvent]:
        yield STRATEGY
        if self.script.notice:
            code, message = self.script.notice
            yield Notice(turn_id="", code=code, message=message)
        await self._pause(self.script.before_s)
        for stage, text in self.script.stages:
            yield StageChange(turn_id="", stage=stage, phase="start")
            async for piece in self._say(stage, text):
                yield piece
            if self.stop.is_set():
                break
            yield StageChange(
                turn_id="",
                stage=stage,
                phase="end",
                tokens=self.pieces,
                ms=self._ms(),
                finish_reason="stop",
            )
        for event in self._end():
            yield event

    async def _say(self, stage: str, text: str) -> AsyncIterator[TurnEvent]:
        size = self.script.piece
        for number, start in enumerate(range(0, len(text), size)):
            if self.stop.is_set():
                return
            self.first_ms = self.first_ms or self._ms()
            self.pieces += 1
            yield Chunk(
                turn_id="",
                stage=stage,  # type: ignore[arg-type]
                text=text[start : start + size],
                chunk_id=number,
                timestamp=time.time(),
            )
            await self._pause(self.script.pace_s)
            if self.script.holds and self.pieces == self.script.holds:
                await self._gate()

    async def _gate(self) -> None:
        gate = Path(os.environ["LLMCHAT_TEST_GATE"])
        while not gate.exists() and not self.stop.is_set():
            await asyncio.sleep(0.02)

    async def _pause(self, seconds: float) -> None:
        """Shorter if it is told to stop."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        try:
            await asyncio.wait_for(self.stop.wait(), seconds)
        except TimeoutError:
            return

    def _end(self) -> list[TurnEvent]:
        script = self.script
        if self.stop.is_set():
            return [self._complete("cancelled")]
        if script.error:
            code, message, hint = script.error
            error = Error(
                turn_id="", code=code, message=message, hint=hint, retryable=True
            )
            return [error]
        return [QUALITY, self._complete(script.finish_reason)]

    def _complete(self, reason: str) -> Complete:
        metrics = TurnMetrics(
            total_ms=self._ms(),
            first_token_ms=self.first_ms,
            token_ms=20.0,
            tokens_per_s=48.2,
            generated_tokens=self.pieces,
            quality=QUALITY.score,
            strategy=STRATEGY.chosen,
            decisions=1,
            llm_first_share=1.0,
        )
        return Complete(
            turn_id="",
            finish_reason=reason,  # type: ignore[arg-type]
            metrics=metrics,
        )

    def _ms(self) -> float:
        return (time.monotonic() - self.begun) * 1000


def new_services(app: LLMChatApp) -> Services:
    """As the extension's own, with the script in the place of the model."""
    return Services(
        app.server_settings(), HostedFake(), answer=answer, beat=app._beat, log=app.log
    )


if __name__ == "__main__":
    from jupyterlab.labapp import main

    LLMChatApp.new_services = new_services  # type: ignore[method-assign]
    sys.exit(main())
