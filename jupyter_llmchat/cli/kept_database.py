"""The database that no server has open, looked after as the server would do it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.errors import NotFound, StoreUnavailable
from jupyter_llmchat.evaluation.progress import ProgressLine
from jupyter_llmchat.protocol.upkeep import (
    Backup,
    DatabaseCheck,
    Reindexed,
    Vacuumed,
)

if TYPE_CHECKING:
    from jupyter_llmchat.store import Store

T = TypeVar("T")


class KeptDatabase:
    """As much of ChatClient as looks after the database. Raises StoreUnavailable."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        if not self._path.exists():
            raise NotFound(
                f"There is no database {self._path}.",
                "It is made with the first question; --data-dir chooses another.",
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def check_database(self) -> DatabaseCheck:
        return self._do(lambda store: store.upkeep.check())

    def backups(self) -> tuple[Backup, ...]:
        return self._do(lambda store: store.upkeep.backups())

    def back_up(self) -> Backup:
        return self._do(lambda store: store.upkeep.back_up())

    def vacuum(self) -> Vacuumed:
        return self._do(lambda store: store.upkeep.vacuum())

    def rebuild_index(self) -> Reindexed:
        """Builds it to its end: no server would go on with it."""
        return self._do(_rebuild)

    def _do(self, work: Callable[[Store], Awaitable[T]]) -> T:
        return asyncio.run(_with_store(self._path, work))


async def _with_store(path: Path, work: Callable[[Store], Awaitable[T]]) -> T:
    from jupyter_llmchat.store import Store

    store = await Store.open(StoreConfig(path=path))
    try:
        if store.status.kind != "file":
            raise StoreUnavailable(store.status.detail)
        return await work(store)
    finally:
        await store.close()


async def _rebuild(store: Store) -> Reindexed:
    begun = await store.upkeep.rebuild_index()
    line = ProgressLine(sys.stderr)

    def tell(done: int) -> None:
        if begun.waiting:
            line("messages", min(done, begun.waiting), begun.waiting)

    try:
        await store.indexing.catch_up(tell)
    finally:
        line.end()
    return Reindexed(waiting=(await store.upkeep.check()).waiting)
