"""A subject that needs no model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from jupyter_llmchat.errors import LLMChatError
from jupyter_llmchat.evaluation.notebooks import KnownThing
from jupyter_llmchat.evaluation.subject import Decided, Rated, Stated, Written


@dataclass
class Scripted:
    """Decides, judges and writes what it is told to; records its questions."""

    decision: Callable[[str, str], str] = lambda name, question: "simple"
    score: Callable[[str, str], float] = lambda question, text: float(len(text))
    stages: dict[str, str] = field(default_factory=lambda: {"core": "Staged."})
    plainly: str = "Plain."
    reliable: bool = True
    failure: LLMChatError | None = None
    fail_on: str = ""
    """Questions with this in them raise `failure`."""
    delay_s: float = 0.0
    asked: list[str] = field(default_factory=list)
    deadlines: list[float | None] = field(default_factory=list)
    budgets: list[int] = field(default_factory=list)

    async def decide(self, names: Sequence[str], question: str) -> tuple[Decided, ...]:
        await self._ask(question)
        return tuple(
            Decided(
                chosen=self.decision(name, question),
                probability=0.9,
                raw="simple",
                reliable=self.reliable,
            )
            for name in names
        )

    async def rate(self, question: str, text: str) -> Rated:
        await self._ask(question)
        return Rated(score=self.score(question, text), reliability=0.75)

    async def likelihoods(
        self, question: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        return tuple(self.score(question, text) for text in texts)

    async def staged(
        self, question: str, context: str = "", deadline_s: float | None = None
    ) -> Written:
        self.deadlines.append(deadline_s)
        await self._ask(question)
        return Written(
            text="\n\n".join(self.stages.values()),
            tokens=250,
            total_ms=1000.0,
            first_ms=100.0,
            stages=self.stages,  # type: ignore[arg-type]
            llm_first_share=1.0,
        )

    async def stated(self, question: str, known: Sequence[KnownThing]) -> Stated:
        await self._ask(question)
        if not known:
            return Stated(text=self.plainly, first_ms=50.0)
        facts = known[0].facts[0]
        return Stated(text=facts, facts=facts, first_ms=80.0)

    async def plain(self, question: str, context: str, tokens: int) -> Written:
        self.budgets.append(tokens)
        return Written(text=self.plainly, tokens=9, total_ms=500.0, first_ms=50.0)

    async def _ask(self, question: str) -> None:
        self.asked.append(question)
        await asyncio.sleep(self.delay_s)
        if self.failure is not None and self.fail_on in question:
            raise self.failure
