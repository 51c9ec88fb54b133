"""Whether the judge tells good answers from bad ones."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from jupyter_llmchat.pipeline.judge_test import auc

from .report import Bound, Figure
from .rows import BAD_KINDS, JudgeRow
from .subject import Subject

BOUNDS = {
    "mismatched": Bound(of="value", limit=0.95, at_least=True),
    "degenerate": Bound(of="value", limit=0.95, at_least=True),
}
"""Answers that are subtly wrong are reported only."""


@dataclass(frozen=True, kw_only=True)
class JudgeOutcome:
    """Scores of the answers to one question."""

    question: str
    good: float
    bad: dict[str, float]
    """By kind."""
    reliability: float | None


async def measure(subject: Subject, row: JudgeRow) -> JudgeOutcome:
    texts = {"good": row.good, **row.bad.texts}
    rated = await asyncio.gather(
        *(subject.rate(row.question, text) for text in texts.values())
    )
    good, *bad = (each.score for each in rated)
    return JudgeOutcome(
        question=row.question,
        good=good,
        bad=dict(zip(row.bad.texts, bad, strict=True)),
        reliability=rated[0].reliability,
    )


def figures(outcomes: Sequence[JudgeOutcome]) -> list[Figure]:
    """AUC against each kind, the mean scores, and what the judge says of itself."""
    if not outcomes:
        return []
    good = [each.good for each in outcomes]
    found: list[Figure] = []
    for kind in BAD_KINDS:
        bad = [each.bad[kind] for each in outcomes if kind in each.bad]
        if not bad:
            continue
        found += [
            Figure(
                measure=f"judge: AUC, good against {kind} ({len(bad)})",
                value=auc(good, bad),
                unit="AUC",
                bound=BOUNDS.get(kind),
            ),
            Figure(
                measure=f"judge: mean score of {kind}, beside good",
                value=fmean(bad),
                unit="points",
                peer_value=fmean(good),
            ),
        ]
    said = outcomes[0].reliability
    if said is not None:
        measure = "judge: reliability that it states"
        found.append(Figure(measure=measure, value=said, unit="AUC"))
    return found
