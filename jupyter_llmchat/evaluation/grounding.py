"""Answers from what is known of a notebook, beside the same questions without it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from .notebooks import Split
from .report import Bound, Figure
from .rows import GroundingRow
from .subject import Stated, Subject

REACHED = Bound(of="value", limit=0.8, at_least=True)
SPLITS: tuple[Split, ...] = ("development", "test")

_GROUPED = re.compile(r"(?<=\d)[,_\u202f](?=\d{3})")


@dataclass(frozen=True, kw_only=True)
class GroundingOutcome:
    """A question's answers with and without the notebook."""

    row: GroundingRow
    known: Stated
    unknown: Stated

    @property
    def split(self) -> Split:
        return self.row.split


async def measure(subject: Subject, row: GroundingRow) -> GroundingOutcome:
    return GroundingOutcome(
        row=row,
        known=await subject.stated(row.question, row.known),
        unknown=await subject.stated(row.question, ()),
    )


def is_right(row: GroundingRow, text: str) -> bool:
    """Whether all that is expected occurs, numbers in any of their spellings."""
    said = _plain(text)
    return all(
        any(_occurs(_plain(other), said) for other in each.split("|"))
        for each in row.expected
    )


def figures(outcomes: Sequence[GroundingOutcome]) -> list[Figure]:
    asked = [each for each in outcomes if each.row.expected]
    general = [each for each in outcomes if not each.row.expected]
    found: list[Figure] = []
    if asked:
        found.append(_right("about the notebook: right", asked, REACHED))
    for split in SPLITS:
        if part := [each for each in asked if each.split == split]:
            found.append(_right(f"about the notebook, {split} half: right", part))
    for kind in sorted({each.row.kind for each in asked}):
        part = [each for each in asked if each.row.kind == kind]
        found.append(_right(f"about the notebook, {kind}: right", part))
    if asked:
        first = fmean(is_right(each.row, _first(each.known.text)) for each in asked)
        measure = f"about the notebook: right by the first sentence ({len(asked)})"
        found.append(Figure(measure=measure, value=first, unit="share"))
        share = fmean(bool(each.known.facts) for each in asked)
        measure = f"about the notebook: answered from facts ({len(asked)})"
        found.append(Figure(measure=measure, value=share, unit="share"))
    if general:
        share = fmean(not each.known.facts for each in general)
        measure = f"general questions: not answered from facts ({len(general)})"
        found.append(Figure(measure=measure, value=share, unit="share"))
    return [*found, *_times(outcomes)]


def _right(
    measure: str, outcomes: Sequence[GroundingOutcome], bound: Bound | None = None
) -> Figure:
    return Figure(
        measure=f"{measure} ({len(outcomes)}), beside without it",
        value=fmean(is_right(each.row, each.known.text) for each in outcomes),
        unit="share",
        peer_value=fmean(is_right(each.row, each.unknown.text) for each in outcomes),
        bound=bound,
    )


def _times(outcomes: Sequence[GroundingOutcome]) -> list[Figure]:
    pairs = [(each.known.first_ms, each.unknown.first_ms) for each in outcomes]
    both = [(ours, other) for ours, other in pairs if ours and other]
    if not both:
        return []
    return [
        Figure(
            measure="time to the first token, nothing read ahead, beside without it",
            value=fmean(ours for ours, _ in both),
            unit="ms",
            peer_value=fmean(other for _, other in both),
        )
    ]


def _first(text: str) -> str:
    """The fact that comes first, where an answer has several."""
    return text.partition("\n")[0]


def _plain(text: str) -> str:
    """In lower case, without what groups digits or marks code."""
    return " ".join(_GROUPED.sub("", text.lower()).replace("`", "").split())


def _occurs(wanted: str, said: str) -> bool:
    """Not as a part of another number: 12 is not said by 120 or 0.12."""
    before = r"(?<![\d.])" if wanted[:1].isdigit() else ""
    after = r"(?![\d]|\.\d*[1-9])" if wanted[-1:].isdigit() else ""
    return re.search(f"{before}{re.escape(wanted)}{after}", said) is not None
