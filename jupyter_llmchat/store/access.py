"""The database from the event loop: work goes to threads, and results come back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from jupyter_llmchat.errors import NotFound, StoreUnavailable

from .writer import closed

if TYPE_CHECKING:
    from .columns import Clock
    from .database import Database
    from .db import Cursor

T = TypeVar("T")

_ANSWER_S = 30.0
_READERS = 4


class Access:
    """What the parts of a store share. Its owner closes it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.clock = clock
        self._database = database
        self._readers = ThreadPoolExecutor(_READERS, "llmchat-store-reader")
        self._is_closed = False
        self.changed = asyncio.Event()
        """Set by every write; who waits for it clears it."""
        self.pending = 0
        """Writes that have been asked for and are not over."""
        self._written = 0.0

    @property
    def is_usable(self) -> bool:
        """False while the file cannot be opened after a fatal error."""
        return self._database.is_usable

    @property
    def quiet_s(self) -> float:
        """For how long nothing has been written; 0 while something is."""
        return 0.0 if self.pending else time.monotonic() - self._written

    async def write(self, work: Callable[[Cursor], T]) -> T:
        """The result of `work`, which is on the disk by then.

        Raises what `work` raises, and StoreUnavailable.
        """
        future = asyncio.wrap_future(self._database.write(work))
        self.pending += 1
        future.add_done_callback(self._note)
        return await _answer(future)

    async def remove(self, work: Callable[[Cursor], None]) -> None:
        """As `write`, for a removal that raises NotFound where there is nothing."""
        await self.write(_removal(work))

    async def write_aside(self, work: Callable[[Cursor], T]) -> T:
        """As `write`, for what is kept beside what was said: it counts as no change."""
        return await _answer(asyncio.wrap_future(self._database.write(work)))

    async def copy(self, target: Path) -> None:
        """Writes all there is to a new file, however long it takes; see Database."""
        if self._is_closed:
            raise closed()
        await asyncio.to_thread(self._database.copy, target)

    async def rewrite(self) -> None:
        """Writes the file anew, however long it takes; see Database."""
        await asyncio.shield(asyncio.wrap_future(self._database.rewrite()))

    async def read(self, work: Callable[[Cursor], T]) -> T:
        """The result of `work` on one state of the database; raises as `write`."""
        if self._is_closed:
            raise closed()
        reading = self._readers.submit(self._database.read, work)
        return await _answer(asyncio.wrap_future(reading))

    async def close(self, timeout_s: float) -> None:
        """Finishes what is being written, within bounds. Safe to call twice."""
        self._is_closed = True
        await asyncio.to_thread(self._database.close, timeout_s)
        self._readers.shutdown(wait=False)

    def _note(self, over: asyncio.Future[Any]) -> None:
        if not over.cancelled():
            over.exception()  # whoever asked may have stopped waiting for it
        self.pending -= 1
        self._written = time.monotonic()
        self.changed.set()


def _removal(work: Callable[[Cursor], None]) -> Callable[[Cursor], None]:
    """Run again after it was done, it finds nothing, and that is as it should be."""
    is_found = False

    def again(cursor: Cursor) -> None:
        nonlocal is_found
        try:
            work(cursor)
        except NotFound:
            if not is_found:
                raise
        is_found = True

    return again


async def _answer(future: asyncio.Future[T]) -> T:
    # Shielded: a write that has been queued is made, whoever stops waiting for it. Who
    # does wants to hear of a failure no more.
    future.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        async with asyncio.timeout(_ANSWER_S):
            return await asyncio.shield(future)
    except TimeoutError as error:
        raise StoreUnavailable(
            f"The database did not answer within {_ANSWER_S:g} s.",
            "It may still be saved; check the disk and look again.",
        ) from error
