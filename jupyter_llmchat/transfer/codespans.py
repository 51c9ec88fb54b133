"""Where code in a line of Markdown lies: between runs of backticks of one length."""

from __future__ import annotations

import re
from bisect import bisect_left

Span = tuple[int, int]
"""From the first backtick to after the last."""

_RUN = re.compile(r"`+")
_OPENING = re.compile(r"\\[\\`]|`+")
"""Or a backslash that takes the meaning from what follows; within code it does not."""
_CELL = re.compile(r"(?:\\\||[^|\n])+")


def spans(text: str) -> set[Span]:
    """Of one paragraph, heading or table."""
    ends: dict[int, list[int]] = {}
    for run in _RUN.finditer(text):
        ends.setdefault(len(run[0]), []).append(run.start())
    found: set[Span] = set()
    at = 0
    while (opening := _OPENING.search(text, at)) is not None:
        at = opening.end()
        length = len(opening[0])
        starts = ends.get(length, []) if opening[0][0] == "`" else []
        closing = bisect_left(starts, at)
        if closing < len(starts):
            at = starts[closing] + length
            found.add((opening.start(), at))
    return found


def spans_by_cell(text: str) -> set[Span]:
    """As `spans`, if `|` and line ends are borders that no code crosses."""
    found: set[Span] = set()
    for cell in _CELL.finditer(text):
        offset = cell.start()
        found |= {(offset + begin, offset + end) for begin, end in spans(cell[0])}
    return found
