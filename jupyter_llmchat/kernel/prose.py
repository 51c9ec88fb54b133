"""Which places of a question are prose: neither code nor formulas.

Every part of a text is read a bounded number of times, whatever stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_OPENING = re.compile(
    r"(?P<fence>^ {0,3}(?:`{3,}|~{3,}))"
    r"|(?P<ticks>`+)"
    r"|\b(?:[fF][rR]?|[rR][fF])(?P<quote>'''|\"\"\"|'|\")"
    r"|(?P<formula>\$\$|\\\[|\\\(|\$)",
    re.MULTILINE,
)
_CLOSING = {"$$": "$$", "\\[": "\\]", "\\(": "\\)"}
_INLINE_FORMULA = re.compile(r"\$(?=\S)[^$\n]*(?<=\S)\$(?!\d)")
"""As in Pandoc: `costs $5 or $6` has none."""


def prose(text: str) -> Iterator[tuple[int, int]]:
    """Beginning and end of each stretch of prose, in order."""
    reader, begin, at = _Reader(text), 0, 0
    while (opening := _OPENING.search(text, at)) is not None:
        end = reader.end_of(opening)
        if end is None:
            at = opening.end()
            continue
        if begin < opening.start():
            yield begin, opening.start()
        begin = at = end
    if begin < len(text):
        yield begin, len(text)


class _Reader:
    """Finds where things end; what has no end is looked for once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._missing: set[str] = set()

    def end_of(self, opening: re.Match[str]) -> int | None:
        """The place behind its end; None if it has none, so that it is prose."""
        if (fence := opening["fence"]) is not None:
            return self._end_of_fence(fence.strip(), opening.end())
        if (ticks := opening["ticks"]) is not None:
            return self._end_of_span(ticks, opening.end())
        if (quote := opening["quote"]) is not None:
            return self._end_of_string(quote, opening.end())
        if (closing := _CLOSING.get(opening["formula"])) is not None:
            return self._behind(closing, opening.end())
        found = _INLINE_FORMULA.match(self._text, opening.start())
        return None if found is None else found.end()

    def _end_of_fence(self, mark: str, at: int) -> int:
        """That of the text, where nothing closes it."""
        closing = re.compile(rf"^ {{0,3}}{re.escape(mark)}", re.MULTILINE)
        found = closing.search(self._text, at)
        return len(self._text) if found is None else found.end()

    def _end_of_span(self, ticks: str, at: int) -> int | None:
        if ticks in self._missing:
            return None
        for found in re.compile("`+").finditer(self._text, at):
            if found[0] == ticks:
                return found.end()
        self._missing.add(ticks)
        return None

    def _end_of_string(self, quote: str, at: int) -> int | None:
        end = self._behind(quote, at)
        if end is None or len(quote) == 3 or "\n" not in self._text[at:end]:
            return end
        return None

    def _behind(self, closing: str, at: int) -> int | None:
        if closing in self._missing:
            return None
        end = self._text.find(closing, at)
        if end < 0:
            self._missing.add(closing)
            return None
        return end + len(closing)
