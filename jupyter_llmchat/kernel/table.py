"""Rows under each other on the terminal, in columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence

from jupyter_llmchat.characters import visible

_GAP = "  "


def table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Collection[str] = (),
) -> str:
    """Lines; `right` are the headings of columns that are flush right: numbers."""
    cells = [[_one_line(each) for each in row] for row in (headings, *rows)]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    lines = (
        _GAP.join(
            _filled(cell, places, right=heading in right)
            for cell, places, heading in zip(row, widths, headings, strict=True)
        )
        for row in cells
    )
    return "\n".join(line.rstrip() for line in lines)


def width(text: str) -> int:
    """Places that it takes on a terminal."""
    return sum(_places(each) for each in text)


def cut(text: str, places: int) -> str:
    """The text on one line, with an ellipsis where it is longer than so many places."""
    text = _one_line(text)
    if width(text) <= places:
        return text
    while width(text) >= places:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _one_line(text: str) -> str:
    return " ".join(visible(text).split())


def _filled(cell: str, places: int, *, right: bool) -> str:
    space = " " * (places - width(cell))
    return space + cell if right else cell + space


def _places(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
