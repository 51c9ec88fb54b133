"""What works for a model, found out with questions whose answers are known.

Methods that are good for one model are useless for another (DESIGN §2), so each is
measured before it is relied on. Nothing is generated, and everything that is asked
gives way to the questions of users.
"""

from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Sequence

import msgspec

from jupyter_llmchat.language_model import LanguageModel, Priority
from jupyter_llmchat.models.profile import (
    Accuracy,
    DecisionStyle,
    SelfTest,
    Separation,
)
from jupyter_llmchat.prompts import catalogue

from .decisions import choose, render
from .judge import Judge, Likelihood, Rating

STRATEGY = "strategy"
"""The decision that is tested; others are asked in the same way."""


async def run(model: LanguageModel) -> SelfTest:
    """Takes some 15 s with the embedded model on 2 calm cores; it can be cancelled.

    Raises what the model raises, an LLMChatError.
    """
    started = time.monotonic()
    data = catalogue.selftest()
    few_shot = await _accuracy(model, "few_shot")
    chat = await _accuracy(model, "chat")
    likelihood = await _separation(Likelihood(model, Priority.IDLE))
    rating = await _separation(Rating(model, Priority.IDLE))
    return SelfTest(
        prompts=version(),
        few_shot=few_shot,
        chat=chat,
        likelihood=likelihood,
        rating=rating,
        # Decisions are always calibrated; what is cheaper wins when both are as good.
        decision_style="chat" if chat.calibrated > few_shot.calibrated else "few_shot",
        judge="rating" if rating.mean > likelihood.mean else "likelihood",
        questions=len(data.questions),
        pairs=len(data.pairs),
        seconds=time.monotonic() - started,
    )


@functools.cache
def version() -> str:
    """Of the prompts and the test set: with others a result says nothing."""
    decision = catalogue.decision(STRATEGY)
    texts = (
        render(decision, "", "few_shot"),
        render(decision, "", "chat"),
        decision.content_free,
        catalogue.judge(),
        catalogue.selftest(),
    )
    return hashlib.sha256(msgspec.json.encode(texts)).hexdigest()[:16]


async def _accuracy(model: LanguageModel, style: DecisionStyle) -> Accuracy:
    """Shares of the questions that are decided as they should be."""
    prompt = catalogue.decision(STRATEGY)
    questions = catalogue.selftest().questions
    calibrated = raw = 0
    for each in questions:
        choice = await choose(
            model, prompt, each.content, style=style, priority=Priority.IDLE
        )
        wanted = prompt.options.index(each.label)
        calibrated += _likeliest(choice.probabilities) == wanted
        raw += _likeliest(choice.raw) == wanted
    return Accuracy(calibrated=calibrated / len(questions), raw=raw / len(questions))


async def _separation(judge: Judge) -> Separation:
    """How well the judge tells right answers from wrong ones."""
    data = catalogue.selftest()
    right, mismatched, degenerate = [], [], []
    # A mismatched answer is that of the next question: it is still in the cache then.
    for pair, other in zip(data.pairs, (*data.pairs[1:], data.pairs[0]), strict=True):
        right.append(await judge.score(pair.question, pair.answer))
        mismatched.append(await judge.score(pair.question, other.answer))
        degenerate.append(await judge.score(pair.question, data.degenerate))
    return Separation(
        mismatched=auc(right, mismatched), degenerate=auc(right, degenerate)
    )


def auc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """How often one of `higher` is above one of `lower`; 0.5 is chance."""
    above = sum((a > b) + 0.5 * (a == b) for a in higher for b in lower)
    return above / (len(higher) * len(lower))


def _likeliest(probabilities: Sequence[float]) -> int:
    return max(range(len(probabilities)), key=probabilities.__getitem__)
