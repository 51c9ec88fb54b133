"""Ends of answers that could not be stored: tried again until they are."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator

from jupyter_llmchat.errors import LLMChatError

AGAIN_S = (1.0, 2.0, 5.0, 10.0)
"""Waits before each further try; the last one counts for all that follow."""
CLOSING_S = 10.0
"""The last tries may take this long when the server stops."""


class Unsaved:
    """What the database did not take is kept in memory and offered to it again.

    There is never much of it: a database that takes no ends takes no questions.
    """

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._closing = asyncio.Event()
        self._saving: set[asyncio.Task[None]] = set()

    def keep(self, turn_id: str, save: Callable[[], Awaitable[None]]) -> None:
        """Calls `save` until it raises nothing that may pass by itself."""
        task = asyncio.create_task(self._save(turn_id, save))
        self._saving.add(task)
        task.add_done_callback(self._saving.discard)

    async def close(self) -> None:
        """Tries a last time, and does not wait for ever."""
        self._closing.set()
        if self._saving:
            _, late = await asyncio.wait(self._saving, timeout=CLOSING_S)
            for task in late:
                task.cancel()

    async def _save(self, turn_id: str, save: Callable[[], Awaitable[None]]) -> None:
        for wait_s in _waits():
            try:
                async with asyncio.timeout(wait_s):
                    await self._closing.wait()
            except TimeoutError:
                pass
            try:
                await save()
            except LLMChatError as error:
                if not error.retryable or self._closing.is_set():
                    self._log.warning("turn %s stays unsaved: %s", turn_id, error)
                    return
            except Exception:  # noqa: BLE001 nothing waits for it
                self._log.error("turn %s stays unsaved", turn_id, exc_info=True)
                return
            else:
                self._log.info("turn %s is saved after all", turn_id)
                return


def _waits() -> Iterator[float]:
    yield from AGAIN_S
    while True:
        yield AGAIN_S[-1]
