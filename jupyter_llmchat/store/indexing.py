"""Keeps the search index up to date, when nothing more urgent is to be written.

What is missing in it is found by comparing the tables, so nothing is forgotten if the
process ends between an answer and its entry in the index.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from jupyter_llmchat.errors import LLMChatError

from . import search_index
from .search_index import Counted

if TYPE_CHECKING:
    from .access import Access
    from .db import Cursor

_LOG = logging.getLogger(__name__)
_CALM_S = 0.25
"""Without writes for so long, the writer has nothing better to do."""
_POSTPONED_S = 5.0
"""After so long a little is indexed whatever else there is to do."""
_IDLE_S = 10.0
"""Without writes for so long, there is time for what takes longer."""
_FEW = 32
_MANY = 500
_MOST = 5000
"""Documents in one transaction: about 5 ms, 50 ms and half a second."""


class Indexing:
    """Runs in the background between `start` and `stop`."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._turn = asyncio.Lock()
        self._running: asyncio.Task[None] | None = None
        self._after = 0
        """All finished messages up to this place are in the index."""
        self._looked = 0
        """From here on is looked next: those before were not finished, or are new."""

    def start(self) -> None:
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Leaves the rest for the next start."""
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running

    async def start_over(self) -> None:
        """Empties the index; all is looked at again. Raises StoreUnavailable."""
        async with self._turn:
            await self._access.write(search_index.clear)
            self._after = self._looked = 0

    async def catch_up(self, tell: Callable[[int], object] = lambda done: None) -> int:
        """Indexes all that is missing; how much that was. Raises StoreUnavailable.

        `tell` is told now and then how much has been done.
        """
        async with self._turn:
            done = 0
            while found := await self._next(_MOST):
                await self._add(found)
                done += len(found)
                tell(done)
                await self._merge(search_index.LARGE)
            return done

    async def _run(self) -> None:
        while True:
            # Before looking: what is written from here on is looked at again.
            self._access.changed.clear()
            try:
                is_done = await self._step()
            except LLMChatError as error:
                _LOG.warning("The search index is behind: %s", error)
                is_done = True
            except Exception:  # noqa: BLE001 searching falls behind, nothing else
                _LOG.exception("The search index is behind")
                is_done = True
            if is_done:
                await self._rest()

    async def _step(self) -> bool:
        """Indexes a little, or much in calm times; says whether that was all."""
        await self._until_calm()
        async with self._turn:
            found = await self._next(_MANY if self._is_calm else _FEW)
            if found:
                await self._add(found)
                await self._merge(search_index.LARGE)
            return not found

    @property
    def _is_calm(self) -> bool:
        return self._access.quiet_s >= _CALM_S

    async def _until_calm(self) -> None:
        end = time.monotonic() + _POSTPONED_S
        while not self._is_calm and time.monotonic() < end:
            await asyncio.sleep(_CALM_S - self._access.quiet_s)

    async def _rest(self) -> None:
        """Until something has been written; long pauses are made use of."""
        changed = self._access.changed
        try:
            async with asyncio.timeout(_IDLE_S):
                await changed.wait()
        except TimeoutError:
            with suppress(LLMChatError):
                await self._merge(search_index.SEGMENT)
            await changed.wait()

    async def _next(self, limit: int) -> list[Counted]:
        """What is not in the index yet, the oldest first."""
        access = self._access
        place = access.clock.moment().seq
        is_complete = access.pending == 0

        def work(cursor: Cursor) -> tuple[list[Counted], int | None]:
            waiting = search_index.messages_waiting(cursor, self._looked, limit)
            waiting += search_index.titles_waiting(
                cursor, lambda: access.clock.moment().seq, limit
            )
            first = None
            if not waiting and self._looked == self._after:
                first = search_index.first_missing(cursor, self._after)
            return [search_index.count(each) for each in waiting], first

        found, first = await access.read(work)
        messages = [each.source.doc for each in found if not each.source.title_of]
        if messages:
            self._looked = max(messages)
        elif not found and self._looked > self._after:
            self._looked = self._after
            return await self._next(limit)
        elif not found and is_complete:
            # Of the places before, none can be taken by a message any more.
            self._after = self._looked = min(place, first or place) - 1
        return found

    async def _add(self, found: list[Counted]) -> None:
        await self._access.write_aside(lambda cursor: search_index.add(cursor, found))

    async def _merge(self, at_least: int) -> None:
        def is_due(cursor: Cursor) -> bool:
            return search_index.recent(cursor) >= at_least

        def merge(cursor: Cursor) -> None:
            if is_due(cursor):
                search_index.merge(cursor)

        if await self._access.read(is_due):
            await self._access.write_aside(merge)
