"""Where a text may stop so that nobody sees it was cut: after a sentence, no code."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.MULTILINE)
_ENDS = re.compile(r"[.!?:;\u3002\uff01\uff1f][\"')\]]*(?=\s|$)|\n", re.MULTILINE)


class Ending:
    """Reads a text as it grows and finds the next good place to stop."""

    def __init__(self) -> None:
        self._text = ""

    def cut(self, piece: str) -> int | None:
        """How much of the piece still belongs to the text; None if it has to go on.

        A sentence that ends with the piece counts as ended: more would have to be
        waited for to know.
        """
        start = len(self._text)
        self._text += piece
        for end in _ENDS.finditer(self._text, max(0, start - 1)):
            place = end.end()
            if place > start and not _in_code(self._text[:place]):
                return place - start
        return None

    def read(self, piece: str) -> None:
        """Text from before a place to stop was wanted."""
        self._text += piece


def _in_code(text: str) -> bool:
    """Whether the end of the text lies inside a fenced block."""
    opened = ""
    for fence in _FENCE.finditer(text):
        mark = fence.group(1)
        if not opened:
            opened = mark
        elif mark.startswith(opened) and _is_alone(text, fence.end()):
            opened = ""
    return bool(opened)


def _is_alone(text: str, place: int) -> bool:
    """Whether nothing follows on the line: an info string opens, it never closes."""
    return not text[place:].split("\n", 1)[0].strip()
