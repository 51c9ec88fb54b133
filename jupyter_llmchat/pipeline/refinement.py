"""The question in the model's own, more precise words.

The model writes it and the model decides whether it is used: only if knowing it makes
the original question likelier, so that one still leads to the other.
"""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass

from jupyter_llmchat.language_model import (
    LanguageModel,
    Part,
    Priority,
    SamplingParams,
    TextPrompt,
)
from jupyter_llmchat.prompts import catalogue
from jupyter_llmchat.prompts.staging import RefinementPrompt
from jupyter_llmchat.protocol.events import Decision, Option, Refinement

from .deadline import Deadline
from .likelihood import Labelled, gain
from .question import Question
from .runtime import Runtime

NAME = "refinement"
"""Of the decision whether the model's words are used."""


@dataclass(frozen=True, kw_only=True)
class Refined:
    """What became of the attempt; the original question is never replaced."""

    event: Refinement
    decision: Decision


async def refined_in_time(
    runtime: Runtime, question: Question, deadline: Deadline
) -> Refined | None:
    """As `refine`. Raises TimeoutError too, when it takes longer than it may."""
    async with asyncio.timeout(min(deadline.left(), runtime.pace.limit_s("medium"))):
        return await refine(
            runtime.decider, question.turn_id, question.text, deadline.at()
        )


async def refine(
    model: LanguageModel, turn_id: str, question: str, deadline: float
) -> Refined | None:
    """None if the model had nothing else to say. Raises what the model raises."""
    began = time.monotonic()
    prompt = catalogue.stages().refinement
    text = await _rewritten(model, prompt, question, deadline)
    if not text or text == question.strip():
        return None
    written = time.monotonic()
    more = await _gain(model, prompt, question, text, deadline)
    used = 1 / (1 + math.exp(-more))
    now = time.monotonic()
    return Refined(
        event=Refinement(
            turn_id=turn_id, text=text, used=more > 0, ms=(now - began) * 1e3
        ),
        decision=Decision(
            turn_id=turn_id,
            name=NAME,
            options=(
                Option(label="refined", probability=used),
                Option(label="original", probability=1 - used),
            ),
            chosen="refined" if more > 0 else "original",
            # Against the question's likelihood where nothing is known.
            calibrated=True,
            tokens=0,
            ms=(now - written) * 1e3,
        ),
    )


async def _rewritten(
    model: LanguageModel, prompt: RefinementPrompt, question: str, deadline: float
) -> str:
    """One line."""
    examples = "".join(
        f"{prompt.question} {each.question}\n{prompt.rewritten} {each.rewritten}\n\n"
        for each in prompt.examples
    )
    head = f"{prompt.instruction}\n\n{examples}{prompt.question}"
    asked = TextPrompt(
        (
            Part(head, trusted=True),
            Part(f" {_line(question)}"),
            Part(f"\n{prompt.rewritten}", trusted=True),
        )
    )
    params = SamplingParams(max_tokens=prompt.tokens, temperature=0, stop=("\n",))
    stream = model.generate(
        asked, params, deadline=deadline, priority=Priority.DECISION
    )
    return "".join([piece.text async for piece in stream]).strip()


async def _gain(
    model: LanguageModel,
    prompt: RefinementPrompt,
    question: str,
    text: str,
    deadline: float,
) -> float:
    """By how much the rewritten question makes the original likelier (nats a token)."""

    return await gain(
        model,
        Labelled(prompt.question, _line(question)),
        Labelled(prompt.rewritten, text),
        prompt.nothing,
        deadline=deadline,
    )


def _line(question: str) -> str:
    return " ".join(question.split())
