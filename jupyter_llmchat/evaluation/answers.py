"""Staged answers beside plain ones: the same model, the same budget of tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from jupyter_llmchat.protocol.ids import Stage

from .checks import CHECKS, Checked, check
from .overlap import overlaps
from .report import Bound, Figure
from .rows import AnswerRow
from .subject import Subject, Written

LEAST_TOKENS = 200
"""A plain answer may take as many as the staged one took, and this many at least."""

AS_GOOD = Bound(of="ratio", limit=0.9, at_least=True)


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two answers, and what is thought of it."""

    written: Written
    checked: Checked
    score: float
    """By the judge."""
    likelihood: float
    """How much question and answer make each other likelier, nats a token, summed."""


@dataclass(frozen=True, kw_only=True)
class AnswerOutcome:
    """Both answers to one question."""

    question: str
    staged: Side
    plain: Side

    @property
    def overlaps(self) -> dict[tuple[Stage, Stage], float]:
        """Between the staged answer's stages; see overlap.py."""
        return overlaps(self.staged.written.stages)


async def measure(subject: Subject, row: AnswerRow) -> AnswerOutcome:
    staged = await subject.staged(row.question, row.context)
    budget = max(staged.tokens, LEAST_TOKENS)
    plain = await subject.plain(row.question, row.context, budget)
    texts = (staged.text, plain.text)
    likelihoods = await subject.likelihoods(row.question, texts)
    sides = [
        Side(
            written=written,
            checked=await check(row, written.text),
            score=(await subject.rate(row.question, written.text)).score,
            likelihood=likelihood,
        )
        for written, likelihood in zip((staged, plain), likelihoods, strict=True)
    ]
    return AnswerOutcome(question=row.question, staged=sides[0], plain=sides[1])


def figures(outcomes: Sequence[AnswerOutcome]) -> list[Figure]:
    if not outcomes:
        return []
    return [
        *_checks(outcomes),
        *_judged(outcomes),
        *_overlap(outcomes),
        *_course(outcomes),
    ]


def _checks(outcomes: Sequence[AnswerOutcome]) -> list[Figure]:
    found: list[Figure] = []
    for name, meaning in CHECKS.items():
        asked = [each for each in outcomes if name in each.plain.checked.passed]
        if not asked:
            continue
        plain = fmean(each.plain.checked.passed[name] for each in asked)
        found.append(
            Figure(
                measure=f"{meaning} ({len(asked)}), beside plain",
                value=fmean(each.staged.checked.passed[name] for each in asked),
                unit="share",
                peer_value=plain,
                # Nothing can be worse than a side that never passes.
                bound=AS_GOOD if plain else None,
            )
        )
    return [*found, *_blocks(outcomes)]


def _blocks(outcomes: Sequence[AnswerOutcome]) -> list[Figure]:
    """Of all code, asked for or not."""
    shares = []
    for checked in (
        [each.staged.checked for each in outcomes],
        [each.plain.checked for each in outcomes],
    ):
        blocks = sum(each.blocks for each in checked)
        if not blocks:
            return []
        shares.append(sum(each.compiled for each in checked) / blocks)
    return [
        Figure(
            measure="blocks of code that are Python, beside plain",
            value=shares[0],
            unit="share",
            peer_value=shares[1],
        )
    ]


def _judged(outcomes: Sequence[AnswerOutcome]) -> list[Figure]:
    wins = [_won(each.staged.likelihood, each.plain.likelihood) for each in outcomes]
    return [
        _beside(outcomes, "mean score by the judge", "points", lambda side: side.score),
        _beside(outcomes, "mean likelihood gain", "nats", lambda side: side.likelihood),
        Figure(
            measure="staged is preferred to plain by likelihood",
            value=fmean(wins),
            unit="share",
        ),
    ]


def _overlap(outcomes: Sequence[AnswerOutcome]) -> list[Figure]:
    by_pair: dict[tuple[Stage, Stage], list[float]] = {}
    for each in outcomes:
        for pair, share in each.overlaps.items():
            by_pair.setdefault(pair, []).append(share)
    if not by_pair:
        return []
    worst = max(max(shares) for shares in by_pair.values())
    return [
        *(
            Figure(
                measure=f"said before: {later} in {earlier}, mean ({len(shares)})",
                value=fmean(shares),
                unit="share",
            )
            for (earlier, later), shares in by_pair.items()
        ),
        Figure(measure="said before: most in one answer", value=worst, unit="share"),
    ]


def _course(outcomes: Sequence[AnswerOutcome]) -> list[Figure]:
    """How the staged answers came about."""
    written = [each.staged.written for each in outcomes]
    late = sum(each.ended == "deadline" for each in written)
    firsts = [each.first_ms for each in written]
    shares = [each.llm_first_share for each in written]
    return [
        _beside(outcomes, "tokens, mean", "tokens", lambda side: side.written.tokens),
        _beside(outcomes, "time, mean", "ms", lambda side: side.written.total_ms),
        Figure(measure="answers that their deadline cut", value=late, unit="answers"),
        # The plain answer comes second and finds its prompt in the cache: the
        # benchmarks compare this, from the same start.
        *_mean("time to the first token, mean", "ms", firsts),
        *_mean("routing decisions by the model, mean", "share", shares),
    ]


def _mean(measure: str, unit: str, values: Sequence[float | None]) -> list[Figure]:
    """Of those that are known; nothing without any."""
    known = [value for value in values if value is not None]
    return [Figure(measure=measure, value=fmean(known), unit=unit)] if known else []


def _beside(
    outcomes: Sequence[AnswerOutcome],
    measure: str,
    unit: str,
    value: Callable[[Side], float],
) -> Figure:
    return Figure(
        measure=f"{measure}, beside plain",
        value=fmean(value(each.staged) for each in outcomes),
        unit=unit,
        peer_value=fmean(value(each.plain) for each in outcomes),
    )


def _won(ours: float, other: float) -> float:
    return (ours > other) + 0.5 * (ours == other)
