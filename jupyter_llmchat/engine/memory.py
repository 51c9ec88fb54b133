"""The KV cache as the scheduler sees it: sequences taken, kept, spilled, given room.

A sequence that nobody uses any more is kept: first in the KV cache, where a fork costs
nothing, then, when its cells or its id are wanted or the engine is idle, in host
memory. Cells that no step needs slow every step down, so an idle cache is emptied.
"""

from __future__ import annotations

from dataclasses import dataclass

from .cells import CellTree, Match
from .host import HostCache, Saved
from .step import Change, Clear, Copy, Restore, Save, Trim

WORTH_SAVING = 32
"""Tokens that reading again costs more than saving."""
GROWTH = 32
"""Cells that a task should find free beyond its prompt when it begins."""
KEPT_CELLS = 1024
"""More kept cells than this slow everybody down by more than a restore costs."""


@dataclass(frozen=True)
class Taken:
    """A sequence for some tokens, and how many of them it holds already."""

    sequence: int
    cached: int


class Memory:
    """Owns the ids of all sequences. What it decides is told by `changes`."""

    def __init__(self, sequences: int, cells: int, host: HostCache) -> None:
        self.cells = cells
        self.host = host
        self._tree = CellTree()
        self._free = list(range(sequences))[::-1]
        self._in_use: set[int] = set()
        self._kept: list[int] = []
        """The one given back last is last."""
        self._changes: list[Change] = []
        self._is_clear = True

    @property
    def used(self) -> int:
        """Cells that hold something."""
        return self._tree.used

    @property
    def has_sequence(self) -> bool:
        return bool(self._free or self._kept)

    def changes(self) -> tuple[Change, ...]:
        """What has to be done before the next step, once."""
        changes, self._changes = tuple(self._changes), []
        return changes

    def match(self, tokens: list[int]) -> int:
        """Tokens at the beginning that need not be read, wherever they are."""
        return max(self._tree.match(tokens).length, self.host.match(tokens).length)

    def take(self, tokens: list[int], limit: int) -> Taken:
        """A sequence that holds as many of the first `limit` tokens as are known.

        Needs `has_sequence`.
        """
        found, saved = self._tree.match(tokens), self.host.match(tokens)
        resident, stored = min(found.length, limit), min(saved.length, limit)
        sequence = None
        if saved.saved is not None and stored >= resident + WORTH_SAVING:
            sequence = self._restored(saved.saved, stored)
        if sequence is None:
            sequence = self._own(tokens, resident)
        if sequence is None:
            sequence = self._fork(found, resident)
        self._in_use.add(sequence)
        return Taken(sequence, self._tree.length(sequence))

    def processed(self, sequence: int, tokens: tuple[int, ...]) -> None:
        """The model has cells for these tokens now."""
        self._tree.extend(sequence, tokens)
        self._is_clear = False

    def trim(self, sequence: int, length: int) -> None:
        """Forgets what the sequence holds from `length` on, known or half done."""
        self._tree.trim(sequence, length)
        self._changes.append(Trim(sequence, length))

    def keep(self, sequence: int) -> None:
        """Nobody uses the sequence any more."""
        self._in_use.discard(sequence)
        if self._tree.length(sequence):
            self._kept.append(sequence)
        else:
            self._free.append(sequence)

    def shrink(self) -> None:
        """Spills what is kept beyond KEPT_CELLS, once nobody wants it now."""
        while sum(map(self._tree.length, self._kept)) > KEPT_CELLS:
            self._spill(self._kept[0])

    def has_room(self, tokens: list[int]) -> bool:
        """Whether these fit, and a little more, beside what is in use."""
        known = self._tree.match(tokens).length
        in_use = self._tree.held_by(self._in_use)
        return in_use + len(tokens) - known + GROWTH <= self.cells

    def make_room(self, wanted: int) -> bool:
        """Spills kept sequences, the oldest first; whether `wanted` cells are free."""
        while self.used + wanted > self.cells and self._kept:
            self._spill(self._kept[0])
        return self.used + wanted <= self.cells

    def tidy(self) -> None:
        """For idle time: everything kept goes to host memory, the cache is emptied."""
        while self._kept:
            self._spill(self._kept[0])
        if not self._in_use and not self._is_clear:
            self._changes.append(Clear())
            self._is_clear = True

    def check(self, running: set[int]) -> None:
        """Raises RuntimeError unless free + kept + in use are all, once each."""
        if self._in_use != running:
            raise RuntimeError(f"in use {self._in_use}, running {running}")
        if not {*self._free}.isdisjoint(self._kept) or self._in_use & {*self._free}:
            raise RuntimeError("a sequence is free and in use")
        self._tree.check()
        if self.used > self.cells:
            raise RuntimeError(f"{self.used} cells in use of {self.cells}")

    def _own(self, tokens: list[int], length: int) -> int | None:
        """A kept sequence that holds nothing else worth keeping, cut to `length`."""
        for sequence in self._kept if length else ():
            held = self._tree.tokens(sequence)
            wasted = len(held) - length
            if wasted < WORTH_SAVING and held[:length] == tokens[:length]:
                self._kept.remove(sequence)
                self.trim(sequence, length)
                return sequence
        return None

    def _fork(self, found: Match, length: int) -> int:
        """A new sequence that shares the first `length` cells of the one found."""
        sequence = self._unused(but=found.sequence)
        if found.sequence is not None and length and self._tree.length(found.sequence):
            self._tree.fork(found.sequence, sequence, length)
            self._changes.append(Copy(found.sequence, sequence, length))
        return sequence

    def _restored(self, saved: Saved, length: int) -> int | None:
        """A sequence with a saved state, cut to `length`, if there is room for it."""
        if not self.make_room(len(saved.tokens)):
            return None
        sequence = self._unused()
        self._tree.extend(sequence, saved.tokens)
        self._is_clear = False
        self._changes.append(Restore(sequence, saved))
        if length < len(saved.tokens):
            self.trim(sequence, length)
        self.host.touch(saved)
        return sequence

    def _unused(self, but: int | None = None) -> int:
        """A free id; if there is none, that of a kept sequence, rather not `but`."""
        if not self._free:
            others = [each for each in self._kept if each != but] or self._kept
            self._spill(others[0])
        return self._free.pop()

    def _spill(self, sequence: int) -> None:
        """Out of the KV cache; into host memory if it adds to what is there."""
        tokens = self._tree.tokens(sequence)
        if len(tokens) - self.host.match(tokens).length >= WORTH_SAVING:
            self._changes.append(Save(sequence, tuple(tokens)))
        self._kept.remove(sequence)
        self._free.append(sequence)
        self.trim(sequence, 0)
