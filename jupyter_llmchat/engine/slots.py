"""KV sequence ids, handed out and taken back; a returned slot keeps its tokens.

A kept slot is a prefix cache: the next request takes the slot, or a copy of the
cells, with which it shares the longest beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .step import Copy, Trim


@dataclass
class Slot:
    """One sequence of the KV cache."""

    index: int
    tokens: list[int] = field(default_factory=list)
    """What its cells hold, in order."""
    owner: int | None = None
    """Request that is using it; None when it is only kept."""
    used: int = 0
    """Clock value of its last return."""


@dataclass(frozen=True)
class Taken:
    """A slot for a request, how much of the prompt it holds, and how it came by it."""

    slot: Slot
    cached: int
    changes: tuple[Trim | Copy, ...]


class Slots:
    """All sequences of one context.

    `cells` bounds the sum of their lengths. Cells shared by a copy count twice, so
    the bound is on the safe side.
    """

    def __init__(self, count: int, cells: int) -> None:
        self.cells = cells
        self._slots = [Slot(index) for index in range(count)]
        self._clock = 0

    @property
    def in_use(self) -> int:
        return sum(len(slot.tokens) for slot in self._slots)

    @property
    def has_free(self) -> bool:
        return any(slot.owner is None for slot in self._slots)

    def __getitem__(self, index: int) -> Slot:
        return self._slots[index]

    def take(self, request_id: int, tokens: Sequence[int]) -> Taken:
        """The best free slot. At least one token of `tokens` is left to process,
        since only processing yields probabilities. Needs `has_free`."""
        limit = len(tokens) - 1
        source = max(self._slots, key=lambda slot: _shared(slot.tokens, tokens))
        cached = min(_shared(source.tokens, tokens), limit)
        mostly_shared = cached * 2 >= len(source.tokens)
        if source.owner is None and mostly_shared:
            target = source
        else:
            target = self._least_useful()
        changes: tuple[Trim | Copy, ...] = (Trim(target.index, 0),)
        if target is source:
            changes = (Trim(target.index, cached),)
        elif cached:
            changes += (Copy(source.index, target.index, cached),)
        target.tokens = list(tokens[:cached])
        target.owner = request_id
        return Taken(target, cached, changes)

    def give_back(self, slot: Slot) -> None:
        """The request has ended; its cells are kept until they are needed."""
        self._clock += 1
        slot.owner, slot.used = None, self._clock

    def make_room(self, wanted: int) -> tuple[Trim, ...]:
        """Empty kept slots, the oldest first, until `wanted` more cells fit.

        Whether they do then is for the caller to see.
        """
        trims = []
        kept = [slot for slot in self._slots if slot.owner is None and slot.tokens]
        for slot in sorted(kept, key=lambda slot: slot.used):
            if self.in_use + wanted <= self.cells:
                break
            slot.tokens = []
            trims.append(Trim(slot.index, 0))
        return tuple(trims)

    def check(self, running: Iterable[int]) -> None:
        """Raises RuntimeError unless owners are running and the bound holds."""
        owners = [slot.owner for slot in self._slots if slot.owner is not None]
        if sorted(owners) != sorted(running):
            raise RuntimeError(f"slots owned by {owners}, running are {list(running)}")
        if self.in_use > self.cells:
            raise RuntimeError(f"{self.in_use} cells in use of {self.cells}")

    def _least_useful(self) -> Slot:
        free = [slot for slot in self._slots if slot.owner is None]
        return min(free, key=lambda slot: (bool(slot.tokens), slot.used))


def _shared(left: Sequence[int], right: Sequence[int]) -> int:
    """Length of the common beginning."""
    for index, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            return index
    return min(len(left), len(right))
