"""How often the model decides as a person would."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import get_args

from jupyter_llmchat.protocol.ids import Strategy

from .report import Bound, Figure
from .rows import LABELS, DecisionRow, Expertise, Intent
from .subject import Decided, Subject

BOUNDS = {
    "strategy": Bound(of="value", limit=0.9, at_least=True),
    "intent": Bound(of="value", limit=0.8, at_least=True),
    "expertise": Bound(of="value", limit=0.7, at_least=True),
}

OPTIONS: dict[str, tuple[str, ...]] = {
    "strategy": get_args(Strategy),
    "intent": get_args(Intent),
    "expertise": get_args(Expertise),
}


@dataclass(frozen=True, kw_only=True)
class DecisionOutcome:
    """What was decided on one question, for every label that the row has."""

    question: str
    wanted: dict[str, str]
    decided: dict[str, Decided]
    ms: float
    """For all of them together."""


async def measure(subject: Subject, row: DecisionRow) -> DecisionOutcome:
    """Raises what the model raises."""
    started = time.monotonic()
    decided = await subject.decide(tuple(row.labels), row.question)
    return DecisionOutcome(
        question=row.question,
        wanted=row.labels,
        decided=dict(zip(row.labels, decided, strict=True)),
        ms=(time.monotonic() - started) * 1e3,
    )


def figures(outcomes: Sequence[DecisionOutcome]) -> list[Figure]:
    """Accuracy of every decision, beside that without calibration, and its time."""
    found: list[Figure] = []
    for name in LABELS:
        asked = [each for each in outcomes if name in each.wanted]
        if not asked:
            continue
        right = [each.decided[name].chosen == each.wanted[name] for each in asked]
        raw = [each.decided[name].raw == each.wanted[name] for each in asked]
        found.append(
            Figure(
                measure=f"{_title(name, asked)}, beside uncalibrated",
                value=fmean(right),
                unit="share",
                peer_value=fmean(raw),
                bound=BOUNDS[name],
            )
        )
    if found:
        # Several questions are decided about at once, so this is under load.
        times = fmean(each.ms for each in outcomes)
        measure = "decisions about a question, mean"
        found.append(Figure(measure=measure, value=times, unit="ms"))
    return found


def _title(name: str, asked: Sequence[DecisionOutcome]) -> str:
    reliable = all(each.decided[name].reliable for each in asked)
    relied = "" if reliable else ", not relied on"
    return f"{name}: decided right ({len(asked)}{relied})"


def confusion(
    outcomes: Sequence[DecisionOutcome], name: str
) -> Counter[tuple[str, str]]:
    """How often (label, decision) came up."""
    return Counter(
        (each.wanted[name], each.decided[name].chosen)
        for each in outcomes
        if name in each.wanted
    )


def tables(outcomes: Sequence[DecisionOutcome]) -> list[str]:
    """A confusion table for every decision: a line a label, a column a decision."""
    counted = {name: confusion(outcomes, name) for name in LABELS}
    return [_table(name, counts) for name, counts in counted.items() if counts]


def _table(name: str, counts: Counter[tuple[str, str]]) -> str:
    options = OPTIONS[name]
    first = max(map(len, (*options, f"{name}: decided"))) + 2
    lines = [
        f"{name + ': decided':{first}}" + "".join(f"{each:>15}" for each in options)
    ]
    for wanted in options:
        cells = "".join(f"{counts[wanted, each]:>15}" for each in options)
        lines.append(f"{'  ' + wanted:{first}}{cells}")
    return "\n".join(lines)
