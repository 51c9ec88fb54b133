"""Which cells a question is about, and on which others these depend."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .cell_names import CellNames

WORD: Final = re.compile(r"[^\W\d]\w*")
_CELLS = re.compile(r"(?i)(?:\bcells?|\bIn|\bOut)[ \t]{0,3}\[?(\d{1,6})")
LEAST_KEY: Final = 2
"""Characters of a column's name that is looked for in a question."""


@dataclass(frozen=True)
class Cell:
    """A cell that has run, with the number that it ran under."""

    number: int
    names: CellNames


class CellGraph:
    """The cells of a notebook in the order in which they last ran."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self._cells = cells
        self._makers: dict[str, list[int]] = {}
        """Of each name: the cell that defines it, then those that change it since."""
        self._keys: dict[str, list[int]] = {}
        self._needs = [self._take(place) for place in range(len(cells))]

    @property
    def makers(self) -> Mapping[str, Sequence[int]]:
        """Of each name that is still defined, the places of the cells that matter."""
        return self._makers

    def needed(self, question: str) -> tuple[int, ...]:
        """Places of the cells that a question is about, then what these depend on."""
        found: dict[int, None] = dict.fromkeys(self._named(question))
        waiting = [*found]
        for place in waiting:
            more = [each for each in self._needs[place] if each not in found]
            found.update(dict.fromkeys(more))
            waiting += more
        return tuple(found)

    def needs(self, place: int) -> frozenset[int]:
        """The places of the cells that this one directly depends on."""
        return self._needs[place]

    def _take(self, place: int) -> frozenset[int]:
        names = self._cells[place].names
        read = names.uses | names.changes
        needs = {each for name in read for each in self._makers.get(name, ())}
        for name in names.deletes:
            self._makers.pop(name, None)
        for name in names.defines:
            self._makers[name] = [place]
        for name in names.changes - names.defines:
            makers = self._makers.get(name)
            if makers and name not in self._cells[makers[0]].names.imports:
                makers.append(place)
        for key in names.keys:
            self._keys.setdefault(key.casefold(), []).append(place)
        return frozenset(needs)

    def _named(self, question: str) -> Iterator[int]:
        """Those that are asked for by number, then the others, the latest first."""
        numbers = {int(each) for each in _CELLS.findall(question)}
        if numbers:
            for place, cell in enumerate(self._cells):
                if cell.number in numbers:
                    yield place
        words = {*WORD.findall(question)}
        named = (self._makers.get(word, ()) for word in words)
        keyed = (
            places for key, places in self._keys.items() if asks_for(question, key)
        )
        yield from _latest_first(named)
        yield from _latest_first(keyed)


def asks_for(question: str, name: str) -> bool:
    """Whether a name of any form, as a column's, stands in a question as a word."""
    folded, name = question.casefold(), name.casefold()
    if len(name) < LEAST_KEY or name not in folded:
        return False
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", folded) is not None


def _latest_first(places: Iterable[Sequence[int]]) -> list[int]:
    return sorted({each for group in places for each in group}, reverse=True)
