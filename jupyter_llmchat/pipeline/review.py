"""What follows the writing: the answer is judged and, if it should be, tried again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from jupyter_llmchat.errors import LLMChatError
from jupyter_llmchat.language_model import Message
from jupyter_llmchat.prompts import catalogue
from jupyter_llmchat.protocol import events
from jupyter_llmchat.protocol.ids import Stage

from .deadline import Deadline
from .decisions import answered
from .deliberation import Deliberation
from .quality import Quality, rate, suggest
from .runtime import Runtime
from .stage_prompts import improvement_prompt
from .writing import Writer

DECISIONS = ("complete", "clear", "improve")
JUDGED: Stage = "core"
"""The part that is judged and tried again: the one that answers the question."""
ATTEMPT = 1.3
"""A second attempt, judged, is expected to take so many times what the first took."""


@dataclass(frozen=True, kw_only=True)
class Review:
    """Of one answer, once it is written."""

    runtime: Runtime
    turn_id: str
    question: str
    messages: tuple[Message, ...]
    may_improve: bool = True
    """Not where it stands on facts: the judge, who does not know them, might prefer
    an answer that is wrong."""
    writer: Writer
    deliberation: Deliberation
    deadline: Deadline
    say: Callable[[events.TurnEvent], None]

    async def run(self, written_ms: float) -> float | None:
        """The score of the answer as it stands at the end; None if it was not judged.

        `written_ms` is what the judged part took. What goes wrong here costs the
        judgement, not the answer.
        """
        text = self.writer.texts.get(JUDGED, "").strip()
        left = min(self.deadline.left(), self.runtime.pace.limit_s("medium"))
        if not text or left <= 0:
            return None
        try:
            async with asyncio.timeout(left):
                quality = await self._judged(text)
            if not self.may_improve:
                return quality.score
            return await self._improved(text, quality, written_ms / 1e3)
        except (LLMChatError, TimeoutError) as error:
            self._not_judged(error)
            return None

    async def _judged(self, text: str) -> Quality:
        began = time.monotonic()
        if self.may_improve:
            content = answered(self.question, text)
            self.deliberation.ask(DECISIONS, content, size="medium")
        quality, improvements = await asyncio.gather(
            self._rate(text), self._suggestion(text)
        )
        seconds = time.monotonic() - began
        self.runtime.pace.took("medium", seconds)
        self.say(
            events.Quality(
                turn_id=self.turn_id,
                score=quality.score,
                relevance=quality.relevance,
                completeness=quality.completeness,
                accuracy=quality.accuracy,
                clarity=quality.clarity,
                method=quality.method,
                reliability=quality.reliability,
                improvements=improvements or "",
                ms=seconds * 1e3,
            )
        )
        return quality

    async def _improved(self, text: str, first: Quality, seconds: float) -> float:
        """Another attempt if the model decides so and time allows; the better one by
        the judge stands."""
        if await self.deliberation.chosen("improve") != "yes":
            return first.score
        if self.deadline.left() < ATTEMPT * seconds:
            self._no_time()
            return first.score
        began = time.monotonic()
        prompt = improvement_prompt(
            self.messages,
            catalogue.stages(),
            text,
            complete=await self.deliberation.chosen("complete"),
            clear=await self.deliberation.chosen("clear"),
        )
        length = self.writer.length(JUDGED)
        draft = await self.writer.draft(prompt, length.most)
        if not draft or self.deadline.left() <= 0:
            return first.score
        second = await self._rate(draft)
        better = second.score > first.score and not _loses_code(text, draft)
        self.say(
            events.Revision(
                turn_id=self.turn_id,
                stage=JUDGED,
                text=draft,
                used=better,
                score=second.score,
                first_score=first.score,
                ms=(time.monotonic() - began) * 1e3,
            )
        )
        return second.score if better else first.score

    async def _rate(self, text: str) -> Quality:
        runtime = self.runtime
        return await rate(
            runtime.decider,
            self.question,
            text,
            runtime.judge,
            deadline=self.deadline.at(),
        )

    async def _suggestion(self, text: str) -> str | None:
        runtime = self.runtime
        return await suggest(
            runtime.decider,
            self.question,
            text,
            runtime.judge,
            deadline=self.deadline.at(),
        )

    def _not_judged(self, error: Exception) -> None:
        why = str(error) or "the time was over."
        self._notice("not_judged", f"The answer was not judged: {why}")

    def _no_time(self) -> None:
        self._notice(
            "not_improved",
            "The model would have tried again, but there was not enough time.",
        )

    def _notice(self, code: str, message: str) -> None:
        self.say(events.Notice(turn_id=self.turn_id, code=code, message=message))


def _loses_code(first: str, second: str) -> bool:
    """Whether only the first has code: whoever asked for some would be left without,
    and a small model asked to improve likes to talk about its code instead."""
    return "```" in first and "```" not in second
