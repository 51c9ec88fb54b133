"""The cells that have run, oldest first, and which of them go along with a question."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from jupyter_llmchat.protocol.requests import ContextPart
from jupyter_llmchat.redaction import names_a_secret

from .cell_graph import Cell, CellGraph
from .cell_names import CellNames, names_in

TOTAL_CHARS: Final = 24_000
"""All cells together; the server fits them to the model's tokens itself."""
KEPT_CHARS: Final = 18_000
"""What is left when the oldest have to go: several at once, then none for a while, or
each new cell would change where the context begins and all of it would be read anew."""
NEAR_CHARS: Final = 6_000
"""About as much as the server has room for: the last cells, up to so much."""
NEEDED_CHARS: Final = 6_000
"""Of earlier cells that a question is about."""
CELL_CHARS: Final = 8_000
"""Of one cell's source."""
REMEMBERED: Final = 1_000
"""Cells that are known, so that a question about them can find them."""
_HEADING_CHARS = 80
"""What a cell counts for besides its text. It also bounds how many there are."""

Redact = Callable[[str], str]
"""Takes the secrets out of a text."""

_OUR_CELL = re.compile(r"\s*%%(?:llm)?chat\b")
_OUR_LINE = re.compile(
    r"\s*(?:%(?:llm)?chat\b.*|%(?:re|un)?load_ext\s+jupyter_llmchat\s*(?:#.*)?)?"
)
_UNREAD: Final = CellNames()


@dataclass(frozen=True)
class Ran:
    """A cell that has run, as it was typed, and what its last line has given."""

    number: int
    source: str
    result: str


@dataclass
class _Logged:
    ran: Ran
    cell: Cell | None = None
    """None until it has been read."""
    part: ContextPart | None = None
    """None until it was asked for: finding the secrets of all cells takes long."""

    def given(self, redact: Redact) -> ContextPart:
        if self.part is None:
            name, text = f"In [{self.ran.number}]", _text(self.ran, redact)
            self.part = ContextPart(kind="notebook", name=name, text=text)
        return self.part

    @property
    def chars(self) -> int:
        length = min(len(self.ran.source), CELL_CHARS) + len(self.ran.result)
        return length + _HEADING_CHARS


class CellLog:
    """Each source once, in the order in which the cells last ran."""

    # A model reads a prompt again from the first place that is different, so cells are
    # only appended. One that runs again goes to the end: its effects are the newest,
    # and when there is not room for all cells the last ones are kept, among them the
    # one that the user is working on. What stood before it and the order of the others
    # stay; the last cell, run again with the same result, changes nothing at all.

    def __init__(self) -> None:
        self._cells: dict[str, _Logged] = {}
        """By source."""
        self._window: dict[str, _Logged] = {}
        """Those that go along with every question."""

    def clear(self) -> None:
        self._cells.clear()
        self._window.clear()

    def take(self, ran: Ran) -> None:
        source = ran.source
        if not source or source.isspace() or only_asks_us(source):
            return
        logged = _Logged(ran)
        if (known := self._cells.get(source)) is not None:
            is_last = next(reversed(self._cells)) == source
            if is_last and known.ran.result == ran.result:
                return
            if known.cell is not None:
                logged.cell = Cell(ran.number, known.cell.names)
            del self._cells[source]
            self._window.pop(source, None)
        self._cells[source] = self._window[source] = logged
        if len(self._cells) > REMEMBERED:
            self._window.pop(oldest := next(iter(self._cells)), None)
            del self._cells[oldest]

    def forget_texts(self) -> None:
        """More has become known as a secret: the texts are made anew."""
        for each in self._cells.values():
            each.part = None

    def window(self, redact: Redact) -> tuple[ContextPart, ...]:
        """The last cells, as many as go along with every question."""
        self._forget()
        return tuple(each.given(redact) for each in self._window.values())

    def entries(self, redact: Redact) -> LogEntries:
        """All that is known at this moment, for another thread to look at."""
        return LogEntries(tuple(self._cells.values()), redact)

    def _forget(self) -> None:
        total = sum(each.chars for each in self._window.values())
        if total <= TOTAL_CHARS:
            return
        for source in [*self._window]:
            if total <= KEPT_CHARS:
                return
            total -= self._window.pop(source).chars


@dataclass(frozen=True)
class LogEntries:
    """The cells of one moment, with the names in them as far as they were read."""

    _entries: tuple[_Logged, ...]
    _redact: Redact

    def read(self, has_time: Callable[[], object]) -> tuple[Cell, ...]:
        """Their names, read once, the newest first; without time, as if none were."""
        for each in reversed(self._entries):
            if each.cell is None and has_time():
                each.cell = Cell(each.ran.number, names_in(each.ran.source))
        return tuple(
            each.cell or Cell(each.ran.number, _UNREAD) for each in self._entries
        )

    def needed(self, graph: CellGraph, question: str) -> tuple[ContextPart, ...]:
        """Earlier cells that a question is about, and what they depend on.

        They come again, after all others: there the model reads them even where it has
        no room for what is far away, and nothing before them has changed.
        """
        near = self._near()
        room, chosen = NEEDED_CHARS, []
        for place in graph.needed(question) if question and near else ():
            size = self._entries[place].chars
            if place < near and size <= room:
                room -= size
                chosen.append(place)
        chosen.sort()
        return tuple(self._entries[place].given(self._redact) for place in chosen)

    def _near(self) -> int:
        """The place of the first of the last cells."""
        room = NEAR_CHARS
        for place in range(len(self._entries) - 1, -1, -1):
            room -= self._entries[place].chars
            if room < 0:
                return place + 1
        return 0

    def of(self, numbers: Sequence[int]) -> tuple[ContextPart, ...]:
        """The cells that ran under these numbers, as far as they are known."""
        found = (each for each in self._entries if each.ran.number in numbers)
        return tuple(each.given(self._redact) for each in found)


def only_asks_us(source: str) -> bool:
    """Whether a cell has nothing in it but magics of this package."""
    if _OUR_CELL.match(source):
        return True
    lines = source[:CELL_CHARS].splitlines()
    return "%" in source and all(map(_OUR_LINE.fullmatch, lines))


def _text(cell: Ran, redact: Redact) -> str:
    """The source, without secrets, and what its last line has given."""
    text = cell.source.strip("\n")
    if len(text) > CELL_CHARS:
        text = (text[:CELL_CHARS].rpartition("\n")[0] or text[:CELL_CHARS]) + "\n…"
    text = redact(text)
    last_line = cell.source.rstrip().rpartition("\n")[2]
    if not cell.result or names_a_secret(last_line):
        return text
    return f"{text}\nOut: {redact(cell.result)}"
