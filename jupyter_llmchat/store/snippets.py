"""The part of a text that shows best why it was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .search_query import SearchQuery
from .words import places

LENGTH = 160
"""Characters, about."""
_BEFORE = 40
"""Characters before the first word that was found."""
_WORD = 16
"""Characters that the ends may move, to where a word ends."""

Range = tuple[int, int]


@dataclass(frozen=True)
class Snippet:
    """`ranges` are the words found: first place and the one behind, in code points."""

    text: str
    ranges: tuple[Range, ...]


def snippet(text: str, query: SearchQuery) -> Snippet:
    """The stretch with the most of the words; the beginning if there is none."""
    found = _merged(sorted(set(places(text, query.matches))))
    place = _place(text, found)
    start = _word_start(text, place)
    end = _word_end(text, min(len(text), place + LENGTH))
    shown = "".join(" " if each.isspace() else each for each in text[start:end])
    before, after = "…" if start else "", "…" if end < len(text) else ""
    shift = len(before) - start
    return Snippet(
        text=f"{before}{shown}{after}",
        ranges=tuple(
            (first + shift, min(last, end) + shift)
            for first, last in found
            if start <= first < end
        ),
    )


def _merged(found: Sequence[Range]) -> list[Range]:
    """Without overlaps: parts lie within their whole."""
    merged: list[Range] = []
    for first, last in found:
        if merged and first < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _place(text: str, found: Sequence[Range]) -> int:
    """Where to begin, so that most is shown; before all that is if it fits."""
    best, most, behind = 0, 0, 0
    for place, (first, _) in enumerate(found):
        while behind < len(found) and found[behind][1] <= first + LENGTH - _BEFORE:
            behind += 1
        if behind - place > most:
            best, most = first, behind - place
    start = max(0, best - _BEFORE)
    # Near the end of the text there is room for more of what comes before.
    return max(0, min(start, len(text) - LENGTH))


def _word_start(text: str, place: int) -> int:
    for each in range(place, max(0, place - _WORD), -1):
        if text[each - 1].isspace():
            return each
    return place if place > _WORD else 0


def _word_end(text: str, place: int) -> int:
    for each in range(place, min(len(text), place + _WORD)):
        if text[each].isspace():
            return each
    return place if place + _WORD < len(text) else len(text)
