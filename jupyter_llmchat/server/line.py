"""Which turns run and which wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import zip_longest


@dataclass(eq=False)
class _Waiter:
    moved: Callable[[int], None]
    position: int = -1
    called: asyncio.Event = field(default_factory=asyncio.Event)


class Line:
    """Lets `places` turns run at once; the others wait.

    Owners take turns, so that one who asks much holds up nobody else; each owner's go
    in the order they came. A freed place belongs to the first in line from the moment
    it is called, so nobody who comes later can take it.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: dict[str, list[_Waiter]] = {}
        """By owner, the one whose turn is next first; nobody without waiters."""

    @property
    def waiting(self) -> int:
        """How many have no place yet."""
        return sum(map(len, self._waiting.values()))

    @asynccontextmanager
    async def place(
        self, owner: str, moved: Callable[[int], None]
    ) -> AsyncIterator[None]:
        """A place for as long as the block runs.

        `moved` is told how many go first each time this number changes; it is not
        called when there is a place at once.
        """
        await self._enter(owner, moved)
        try:
            yield
        finally:
            self._call_next()

    async def _enter(self, owner: str, moved: Callable[[int], None]) -> None:
        if self._free:
            self._free -= 1
            return
        waiter = _Waiter(moved)
        self._waiting.setdefault(owner, []).append(waiter)
        self._tell()
        try:
            await waiter.called.wait()
        except asyncio.CancelledError:
            self._give_up(owner, waiter)
            raise

    def _give_up(self, owner: str, waiter: _Waiter) -> None:
        if waiter.called.is_set():
            self._call_next()
            return
        self._waiting[owner].remove(waiter)
        if not self._waiting[owner]:
            del self._waiting[owner]
        self._tell()

    def _call_next(self) -> None:
        if not self._waiting:
            self._free += 1
            return
        owner = next(iter(self._waiting))
        first, *others = self._waiting.pop(owner)
        if others:
            self._waiting[owner] = others
        first.called.set()
        self._tell()

    def _tell(self) -> None:
        """Whoever's position has changed."""
        rounds = zip_longest(*self._waiting.values())
        in_order = (waiter for each in rounds for waiter in each if waiter is not None)
        for position, waiter in enumerate(in_order):
            if waiter.position != position:
                waiter.position = position
                waiter.moved(position)
