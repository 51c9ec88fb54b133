"""Which facts about the notebook answer a question, if any, read off likelihoods.

A small model finds nothing in a long list of variables, but it can tell which fact
makes a question likelier. What none of them makes likelier is not about them.
"""

from __future__ import annotations

import asyncio
import functools
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from jupyter_llmchat.language_model import LanguageModel, Part, Priority, TextPrompt
from jupyter_llmchat.prompts.grounding import GroundingPrompts, grounding
from jupyter_llmchat.protocol.events import Decision, Option

from .facts import Fact, Match, matching

NAME = "grounding"
"""Of the decision which facts an answer stands on."""
NONE = "none"
"""Its option that the answer stands on none of them."""
LABEL_CHARS = 80
QUESTION_CHARS = 400
"""A longer question is about more than a fact; so much of it is read."""


@dataclass(frozen=True, kw_only=True)
class Grounding:
    """What an answer stands on."""

    facts: tuple[Fact, ...]
    """The likeliest first; empty if none fits."""
    decision: Decision


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """A fact with what speaks for it."""

    match: Match
    gain: float
    """Nats a token that it makes the question likelier than no fact does."""


def candidates(question: str, known: Sequence[Fact]) -> tuple[Match, ...]:
    """The facts that the model is asked about: none that shares no word with the
    question, so that a question about something else costs nothing."""
    prompts = grounding()
    found = matching(question, known, prompts.candidates)
    least = prompts.near * max((each.keywords for each in found), default=0.0)
    return tuple(each for each in found if each.keywords >= least > 0)


async def weigh(
    model: LanguageModel,
    question: str,
    matches: Sequence[Match],
    *,
    deadline: float | None = None,
    priority: Priority = Priority.VISIBLE,
) -> tuple[Weighed, ...]:
    """By how much each makes the question likelier, all read in one batch. Raises what
    the model raises."""
    prompts, asked = grounding(), _line(question)
    texts = (prompts.nothing, *(each.fact.text for each in matches))
    alone, *known = await asyncio.gather(
        *(
            model.loglik(
                TextPrompt(_before(prompts, text)),
                f" {asked}",
                deadline=deadline,
                priority=priority,
            )
            for text in texts
        )
    )
    return tuple(
        Weighed(match=match, gain=likelihood - alone)
        for match, likelihood in zip(matches, known, strict=True)
    )


def conclude(turn_id: str, weighed: Sequence[Weighed], began: float) -> Grounding:
    """What the model's figures come to; `began` is a time.monotonic() value."""
    prompts = grounding()
    shares = _shares(prompts, weighed)
    fits = _fits(prompts, weighed, shares)
    chosen = _chosen(prompts, weighed, shares) if fits > 0.5 else ()
    pairs = zip(weighed, shares, strict=True)
    options = [
        Option(label=_label(each.match.fact), probability=fits * share)
        for each, share in pairs
    ]
    named = " + ".join(_label(each) for each in chosen)
    return Grounding(
        facts=chosen,
        decision=Decision(
            turn_id=turn_id,
            name=NAME,
            options=(*options, Option(label=NONE, probability=1 - fits)),
            chosen=named or NONE,
            # Against the question's likelihood where nothing is known.
            calibrated=True,
            tokens=0,
            ms=(time.monotonic() - began) * 1e3,
        ),
    )


def ahead(fact: Fact | None = None) -> TextPrompt:
    """What is read of a fact, or where there is none, whatever the question is: to be
    prepared before anyone asks."""
    prompts = grounding()
    return TextPrompt(_before(prompts, fact.text if fact else prompts.nothing))


def _before(prompts: GroundingPrompts, text: str) -> tuple[Part, ...]:
    """Examples and a fact, up to where the question begins."""
    # The space belongs to the content: most vocabularies join it to the word.
    fact = Part(f" {text}")
    return (_head(), fact, Part(f"\n{prompts.question}", trusted=True))


@functools.cache
def _head() -> Part:
    prompts = grounding()
    examples = (
        f"{prompts.fact} {each.fact}\n{prompts.question} {each.question}\n\n"
        for each in prompts.examples
    )
    return Part("".join(examples) + prompts.fact, trusted=True)


def _shares(prompts: GroundingPrompts, weighed: Sequence[Weighed]) -> list[float]:
    """The facts' probabilities, if one of them fits."""
    weights = prompts.weights
    scores = [
        weights.likelihood * each.gain + weights.keywords * each.match.keywords
        for each in weighed
    ]
    peak = max(scores, default=0.0)
    shares = [math.exp(score - peak) for score in scores]
    return [share / math.fsum(shares) for share in shares]


def _fits(
    prompts: GroundingPrompts, weighed: Sequence[Weighed], shares: Sequence[float]
) -> float:
    """Probability that one of the facts answers the question."""
    if not weighed:
        return 0.0
    weights, best = prompts.weights, weighed[shares.index(max(shares))]
    keywords = weights.matching * best.match.keywords
    odds = weights.bias + weights.gain * best.gain + keywords
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, odds))))


def _chosen(
    prompts: GroundingPrompts, weighed: Sequence[Weighed], shares: Sequence[float]
) -> tuple[Fact, ...]:
    least = prompts.share * max(shares)
    ranked = sorted(zip(shares, range(len(shares)), strict=True), reverse=True)
    kept = [place for share, place in ranked[: prompts.most] if share >= least]
    return tuple(weighed[place].match.fact for place in kept)


def _label(fact: Fact) -> str:
    text = fact.text
    return text if len(text) <= LABEL_CHARS else f"{text[: LABEL_CHARS - 1]}…"


def _line(question: str) -> str:
    return " ".join(question.split())[:QUESTION_CHARS]
