"""How good an answer is: one score, four criteria, and how far they can be trusted."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

from jupyter_llmchat.language_model import LanguageModel, Priority
from jupyter_llmchat.models.judge_skill import (
    JudgeMethod,
    JudgeSkill,
    Reliability,
    Scale,
    Scales,
)
from jupyter_llmchat.prompts import catalogue
from jupyter_llmchat.prompts.comparison import comparison

from .comparison import FEATURES, Comparison, Features
from .judge import Rating
from .suggestion import suggest as suggest

CRITERIA = ("relevance", "completeness", "accuracy", "clarity")


@dataclass(frozen=True, kw_only=True)
class Quality:
    """Of one answer; 0 to 100 each, more for a better one.

    `score` grows with the judge's probability that the answer is good; the criteria are
    probabilities of their own.
    """

    score: float
    relevance: float
    completeness: float
    accuracy: float
    clarity: float
    method: JudgeMethod
    reliability: float | None
    """AUC of the score in the judge's test with this model; None if not tested."""
    tested: Reliability | None = None
    """The same by criterion: what is near 0.5 there, the model cannot tell."""


async def rate(
    model: LanguageModel,
    question: str,
    answer: str,
    skill: JudgeSkill | None = None,
    *,
    deadline: float | None = None,
    priority: Priority = Priority.DECISION,
) -> Quality:
    """Judges an answer. `skill` is None for a model that was not tested.

    An empty answer is worth 0 and the model is not asked. Raises what the model raises.
    """
    if not answer.strip():
        return _quality(dict.fromkeys(("overall", *CRITERIA), 0.0), skill)
    reader = Comparison(model, priority, deadline)
    features = await reader.features(question, answer)
    found = probabilities(features, _scales(skill))
    if skill is not None and skill.method == "rating":
        rating = await Rating(model, priority, deadline).score(question, answer)
        highest = catalogue.judge().rating.highest
        found = found | {"overall": (rating - 1) / (highest - 1)}
    return _quality(found, skill)


def probabilities(features: Features, scales: Scales) -> dict[str, float]:
    """By criterion, and `overall`: an answer is good only if it is good in every way,
    so what counts is the product of the four."""
    found = {
        name: getattr(scales, name).probability(features.vector) for name in CRITERIA
    }
    logs = [math.log(max(found[name], 1e-300)) for name in CRITERIA]
    return found | {"overall": scales.overall.probability(logs)}


@functools.cache
def shipped() -> Scales:
    """Fitted on the embedded model, for models that have none of their own."""
    tables = comparison().scales
    by_criterion = {name: _scale(tables[name], FEATURES) for name in CRITERIA}
    return Scales(overall=_scale(tables["overall"], CRITERIA), **by_criterion)


def _scale(table: dict[str, float], names: tuple[str, ...]) -> Scale:
    return Scale(table["bias"], tuple(table.get(name, 0.0) for name in names))


def _scales(skill: JudgeSkill | None) -> Scales:
    return skill.scales if skill and skill.scales else shipped()


def _quality(found: dict[str, float], skill: JudgeSkill | None) -> Quality:
    percent = {name: 100 * value for name, value in found.items()}
    return Quality(
        score=percent.pop("overall"),
        method=skill.method if skill else "comparison",
        reliability=skill.reliability.overall if skill else None,
        tested=skill.reliability if skill else None,
        **percent,
    )
