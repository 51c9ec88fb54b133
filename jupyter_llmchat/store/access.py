"""The database from the event loop: work goes to threads, and results come back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from jupyter_llmchat.errors import StoreUnavailable

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

    @property
    def is_usable(self) -> bool:
        """False while the file cannot be opened after a fatal error."""
        return self._database.is_usable

    async def write(self, work: Callable[[Cursor], T]) -> T:
        """The result of `work`, which is on the disk by then.

        Raises what `work` raises, and StoreUnavailable.
        """
        return await _answer(self._database.write(work))

    async def read(self, work: Callable[[Cursor], T]) -> T:
        """The result of `work` on one state of the database; raises as `write`."""
        if self._is_closed:
            raise closed()
        return await _answer(self._readers.submit(self._database.read, work))

    async def close(self, timeout_s: float) -> None:
        """Finishes what is being written, within bounds. Safe to call twice."""
        self._is_closed = True
        await asyncio.to_thread(self._database.close, timeout_s)
        self._readers.shutdown(wait=False)


async def _answer(future: Future[T]) -> T:
    # Shielded: a write that has been queued is made, whoever stops waiting for it.
    try:
        async with asyncio.timeout(_ANSWER_S):
            return await asyncio.shield(asyncio.wrap_future(future))
    except TimeoutError as error:
        raise StoreUnavailable(
            f"The database did not answer within {_ANSWER_S:g} s.",
            "It may still be saved; check the disk and look again.",
        ) from error
