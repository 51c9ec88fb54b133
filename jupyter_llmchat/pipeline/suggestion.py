"""What would make an answer better, in the model's words, if it can be believed."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from jupyter_llmchat.language_model import (
    ChatPrompt,
    LanguageModel,
    Message,
    Part,
    Priority,
    SamplingParams,
)
from jupyter_llmchat.models.judge_skill import JudgeSkill
from jupyter_llmchat.prompts.comparison import comparison

from .comparison import ANSWER_CHARS, QUESTION_CHARS, excerpt
from .likelihood import Labelled, gain

ABLE = 0.75
"""AUC on answers with a mistake from which on a model is asked. One that does not see
what is wrong with an answer cannot say what to do about it."""

SENTENCE_ENDS = (".", "!", "?")


async def suggest(
    model: LanguageModel,
    question: str,
    answer: str,
    skill: JudgeSkill | None = None,
    *,
    deadline: float | None = None,
    priority: Priority = Priority.DECISION,
) -> str | None:
    """One sentence; None if the model is not able to, or if what it says fits another
    question as well. Raises what the model raises."""
    if skill is None or skill.reliability.subtle < ABLE or not answer.strip():
        return None
    ask = comparison().suggestion
    params = SamplingParams(max_tokens=ask.max_tokens, temperature=0)
    prompt = _prompt(question, answer)
    pieces = []
    async with aclosing(
        model.generate(prompt, params, deadline=deadline, priority=priority)
    ) as generated:
        async for piece in generated:
            pieces.append(piece.text)
    text = _first_sentence(f"{ask.opening} {''.join(pieces).strip()}")
    if text is None:
        return None
    own, other = await asyncio.gather(
        _gain(model, question, text, deadline, priority),
        _gain(model, ask.other_question, text, deadline, priority),
    )
    return text if own > max(other, 0.0) else None


def _prompt(question: str, answer: str) -> ChatPrompt:
    ask = comparison().suggestion
    return ChatPrompt(
        (
            Message("user", (Part(excerpt(question, QUESTION_CHARS)),)),
            Message("assistant", (Part(excerpt(answer.strip(), ANSWER_CHARS)),)),
            Message("user", (Part(ask.ask, trusted=True),)),
        ),
        opening=ask.opening,
    )


def _first_sentence(text: str) -> str | None:
    """None if there is none: the model was cut off."""
    flat = " ".join(text.split())
    ends = [flat.find(f"{end} ") for end in SENTENCE_ENDS]
    found = [end for end in ends if end >= 0]
    if found:
        return flat[: min(found) + 1]
    return flat if flat.endswith(SENTENCE_ENDS) else None


async def _gain(
    model: LanguageModel,
    question: str,
    text: str,
    deadline: float | None,
    priority: Priority,
) -> float:
    """What knowing the text adds to the log-probability of the question."""
    prompts = comparison()
    return await gain(
        model,
        Labelled(prompts.question, excerpt(question, QUESTION_CHARS)),
        Labelled(prompts.answer, text),
        prompts.nothing,
        deadline=deadline,
        priority=priority,
    )
