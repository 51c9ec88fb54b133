"""Which turns run and which wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(eq=False)
class _Waiter:
    moved: Callable[[int], None]
    called: asyncio.Event = field(default_factory=asyncio.Event)


class Line:
    """Lets `places` turns run at once; the others wait in the order they came.

    A freed place belongs to the first in line from the moment it is called, so
    nobody who comes later can take it.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: list[_Waiter] = []

    @asynccontextmanager
    async def place(self, moved: Callable[[int], None]) -> AsyncIterator[None]:
        """A place for as long as the block runs.

        `moved` is told how many go first each time this number changes; it is not
        called when there is a place at once.
        """
        await self._enter(moved)
        try:
            yield
        finally:
            self._call_next()

    async def _enter(self, moved: Callable[[int], None]) -> None:
        if self._free:
            self._free -= 1
            return
        waiter = _Waiter(moved)
        self._waiting.append(waiter)
        moved(len(self._waiting) - 1)
        try:
            await waiter.called.wait()
        except asyncio.CancelledError:
            self._give_up(waiter)
            raise

    def _give_up(self, waiter: _Waiter) -> None:
        if waiter.called.is_set():
            self._call_next()
            return
        place = self._waiting.index(waiter)
        del self._waiting[place]
        self._tell(place)

    def _call_next(self) -> None:
        if not self._waiting:
            self._free += 1
            return
        self._waiting.pop(0).called.set()
        self._tell(0)

    def _tell(self, first: int) -> None:
        for position, waiter in enumerate(self._waiting[first:], start=first):
            waiter.moved(position)
