"""Whether a model can judge, and by what: tried on answers whose quality is known."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from jupyter_llmchat.language_model import LanguageModel, Priority
from jupyter_llmchat.models.judge_skill import JudgeSkill, Reliability, Scales
from jupyter_llmchat.prompts import catalogue
from jupyter_llmchat.prompts.comparison import BadKind, comparison, judge_test

from .comparison import Comparison, Features
from .judge import Rating
from .logistic import fitted
from .quality import probabilities, shipped

AT_ONCE = 4
"""Answers judged at the same time: enough to share steps, few enough to give way."""

MARGIN = 0.02
"""By which another way must be better: with so few rows less is luck."""

SHOWS: dict[str, BadKind] = {
    "relevance": "mismatched",
    "completeness": "incomplete",
    "accuracy": "subtle",
    "clarity": "degenerate",
}
"""What a criterion has to tell from good answers."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One answer of the test set. `kind` is None for a good one."""

    row: int
    kind: BadKind | None
    features: Features
    rating: float


async def test_judge(
    model: LanguageModel, priority: Priority = Priority.IDLE
) -> JudgeSkill:
    """Takes some 20 s with the embedded model on 2 calm cores; it can be cancelled.

    The figures of scales that were fitted are those of rows which these had not seen.
    Raises what the model raises.
    """
    started = time.monotonic()
    judged = await _judge_all(model, priority)
    candidates = [
        _reliability(judged, _by(judged, [shipped()] * len(judged))),
        _reliability(judged, _by(judged, _unseen(judged))),
        _reliability(judged, _by(judged, [shipped()] * len(judged), rated=True)),
    ]
    best = 0
    for index, each in enumerate(candidates):
        if each.overall > candidates[best].overall + MARGIN:
            best = index
    return JudgeSkill(
        version=version(),
        method="rating" if best == 2 else "comparison",
        scales=fit(judged) if best == 1 else None,
        reliability=candidates[best],
        rows=len(judge_test().rows),
        seconds=time.monotonic() - started,
    )


@functools.cache
def version() -> str:
    """Of the prompts and the test set: with others a result says nothing."""
    texts = (comparison(), judge_test(), catalogue.judge().rating)
    return hashlib.sha256(msgspec.json.encode(texts)).hexdigest()[:16]


def fit(judged: Sequence[Judged]) -> Scales:
    """The shipped scales moved towards what this model says of these answers."""
    start = shipped()
    good = [each.features.vector for each in judged if each.kind is None]
    moved = {
        name: fitted(
            good,
            [each.features.vector for each in judged if each.kind == kind],
            getattr(start, name),
        )
        for name, kind in SHOWS.items()
    }
    return Scales(overall=start.overall, **moved)


def auc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """How often one of `higher` is above one of `lower`; 0.5 is chance."""
    above = sum((a > b) + 0.5 * (a == b) for a in higher for b in lower)
    return above / (len(higher) * len(lower))


async def _judge_all(model: LanguageModel, priority: Priority) -> list[Judged]:
    room = asyncio.Semaphore(AT_ONCE)
    reader, rating = Comparison(model, priority), Rating(model, priority)

    async def judge(row: int, kind: BadKind | None, asked: str, text: str) -> Judged:
        async with room:
            features, rated = await asyncio.gather(
                reader.features(asked, text), rating.score(asked, text)
            )
        return Judged(row=row, kind=kind, features=features, rating=rated)

    tasks = [
        asyncio.create_task(judge(index, kind, row.question, text))
        for index, row in enumerate(judge_test().rows)
        for kind, text in ((None, row.good), (row.kind, row.bad))
    ]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for each in tasks:
            each.cancel()


def _unseen(judged: Sequence[Judged]) -> list[Scales]:
    """For each answer the scales fitted to all rows but its own."""
    by_row = {
        row: fit([each for each in judged if each.row != row])
        for row in {each.row for each in judged}
    }
    return [by_row[each.row] for each in judged]


def _by(
    judged: Sequence[Judged], scales: Sequence[Scales], *, rated: bool = False
) -> list[dict[str, float]]:
    """What the judge says of each answer, by the scales for it."""
    said = [
        probabilities(each.features, own)
        for each, own in zip(judged, scales, strict=True)
    ]
    if rated:
        pairs = zip(said, judged, strict=True)
        return [values | {"overall": each.rating} for values, each in pairs]
    return said


def _reliability(
    judged: Sequence[Judged], said: Sequence[dict[str, float]]
) -> Reliability:
    def values(name: str, kinds: tuple[BadKind | None, ...]) -> list[float]:
        pairs = zip(judged, said, strict=True)
        return [values[name] for each, values in pairs if each.kind in kinds]

    by_kind = {
        kind: auc(values(name, (None,)), values(name, (kind,)))
        for name, kind in SHOWS.items()
    }
    bad = values("overall", tuple(SHOWS.values()))
    return Reliability(overall=auc(values("overall", (None,)), bad), **by_kind)
