"""The pipeline on one model, as the server uses it.

The only module of the evaluation that knows how the pipeline is called.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

import msgspec

from jupyter_llmchat.language_model import ChatPrompt, LanguageModel, SamplingParams
from jupyter_llmchat.pipeline import Question, answer
from jupyter_llmchat.pipeline.context import fitted
from jupyter_llmchat.pipeline.decisions import choose_all
from jupyter_llmchat.pipeline.grounding import NONE
from jupyter_llmchat.pipeline.judge import Likelihood
from jupyter_llmchat.pipeline.quality import rate
from jupyter_llmchat.pipeline.runtime import Runtime
from jupyter_llmchat.prompts import catalogue
from jupyter_llmchat.prompts.deciding import decision
from jupyter_llmchat.protocol.events import (
    TERMINAL,
    Chunk,
    Decision,
    StageChange,
    TurnEvent,
    TurnMetrics,
)
from jupyter_llmchat.protocol.fold import fold
from jupyter_llmchat.protocol.ids import new_id
from jupyter_llmchat.protocol.requests import ContextPart

from .notebooks import KnownThing
from .subject import Decided, Rated, Stated, Written

SEED = 4
"""Both sides draw their words by it, so that an evaluation can be repeated."""
TEMPERATURE = 0.0
"""The likeliest words, so that two answers differ by how they were asked for."""

STATED_TOKENS = 48
"""Of an answer that is to say one thing."""


@dataclass(frozen=True, kw_only=True)
class Assistant:
    """The pipeline on one model, as the server uses it."""

    runtime: Runtime

    @property
    def model(self) -> LanguageModel:
        return self.runtime.decider

    async def decide(self, names: Sequence[str], question: str) -> tuple[Decided, ...]:
        test = self.runtime.self_test
        skills = test.decisions if test else {}
        prompts = [decision(name) for name in names]
        choices = await choose_all(self.model, prompts, question, skills=skills)
        return tuple(
            Decided(
                chosen=choice.best,
                probability=max(choice.probabilities),
                raw=choice.options[choice.raw.index(max(choice.raw))],
                reliable=name not in skills or skills[name].reliable,
            )
            for name, choice in zip(names, choices, strict=True)
        )

    async def rate(self, question: str, text: str) -> Rated:
        quality = await rate(self.model, question, text, self.runtime.judge)
        return Rated(score=quality.score, reliability=quality.reliability)

    async def likelihoods(
        self, question: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        judge = Likelihood(self.model)
        return tuple([await judge.score(question, text) for text in texts])

    async def staged(
        self, question: str, context: str = "", deadline_s: float | None = None
    ) -> Written:
        arrived = time.monotonic()
        asked = _question(question, context, arrived, deadline_s)
        said = answer(self.runtime, asked, asyncio.Event())
        heard: list[TurnEvent] = []
        ended_ms = 0.0
        async with aclosing(said):
            async for event in said:
                heard.append(msgspec.structs.replace(event, seq=len(heard)))
                if isinstance(event, TERMINAL):
                    ended_ms = (time.monotonic() - arrived) * 1e3
        return _written(heard, ended_ms)

    async def stated(self, question: str, known: Sequence[KnownThing]) -> Stated:
        arrived = time.monotonic()
        asked = replace(
            _question(question, "", arrived, None),
            context=tuple(map(_part, known)),
            max_tokens=STATED_TOKENS,
        )
        text, facts, first_ms = "", "", None
        said = answer(self.runtime, asked, asyncio.Event())
        async with aclosing(said):
            async for event in said:
                match event:
                    case Decision(name="grounding", chosen=chosen) if chosen != NONE:
                        facts = chosen
                    case Chunk(stage="core", text=more):
                        if first_ms is None:
                            first_ms = (time.monotonic() - arrived) * 1e3
                        text += more
                    case StageChange(stage="core", phase="end"):
                        # What comes later is not looked at.
                        break
        return Stated(text=text, facts=facts, first_ms=first_ms)

    async def plain(self, question: str, context: str, tokens: int) -> Written:
        started = time.monotonic()
        first: float | None = None
        text, written = "", 0
        prompts = catalogue.stages()
        asked = _question(question, context, started, None)
        talk = await fitted(self.model, asked, prompts, self.runtime.config)
        params = SamplingParams(max_tokens=tokens, temperature=TEMPERATURE, seed=SEED)
        stream = self.model.generate(ChatPrompt(talk.messages()), params)
        async with aclosing(stream):
            async for piece in stream:
                if first is None and piece.text:
                    first = time.monotonic()
                text += piece.text
                written += piece.tokens
        return Written(
            text=text,
            tokens=written,
            total_ms=(time.monotonic() - started) * 1e3,
            first_ms=None if first is None else (first - started) * 1e3,
        )


def _written(heard: Sequence[TurnEvent], ended_ms: float) -> Written:
    state = fold(heard)
    failed = state.error.code if state.error else "nothing"
    metrics = state.metrics or TurnMetrics(total_ms=ended_ms)
    return Written(
        text=state.text,
        tokens=metrics.generated_tokens,
        total_ms=ended_ms,
        first_ms=metrics.first_token_ms,
        stages={each.stage: each.text for each in state.stages},
        endings=sum(isinstance(each, TERMINAL) for each in heard),
        ended=state.finish_reason or failed,
        llm_first_share=metrics.llm_first_share,
    )


def _question(
    text: str, context: str, arrived: float, deadline_s: float | None
) -> Question:
    return Question(
        turn_id=new_id(),
        text=text,
        arrived=arrived,
        deadline_s=deadline_s,
        seed=SEED,
        temperature=TEMPERATURE,
        context=(ContextPart(kind="notebook", text=context),) if context else (),
    )


def _part(known: KnownThing) -> ContextPart:
    return ContextPart(kind="variables", name=known.name, text="\n".join(known.facts))
