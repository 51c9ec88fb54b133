"""A DuckDB database in use: one writer, readers with a snapshot each, recovery."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from jupyter_llmchat.errors import LLMChatError, StoreUnavailable

from . import db, files, together
from .db import Cursor
from .faults import Invalidated
from .together import Unusual
from .writer import GroupWriter

T = TypeVar("T")

_LOG = logging.getLogger(__name__)
_EXIT_S = 5.0
_REVIVE_S = 15.0
_READERS_LEAVE_S = 5.0
_CHECKPOINT_RETRY_S = 60.0
_FRESH = "rewriting.duckdb"


class _Rewrite:
    """Stands among the writes for a rewriting of the file; nothing in memory."""

    def __call__(self, cursor: Cursor) -> None: ...


class Database:
    """All methods are callable from any thread and raise StoreUnavailable.

    After a fatal error the file is opened anew and what failed is tried once more;
    nothing that was committed is lost by that. If opening fails, the next write or
    read tries again.
    """

    def __init__(
        self,
        path: Path | None,
        prepare: Callable[[Cursor], None],
        *,
        group_size: int,
        window_s: float,
        log_bytes: int = 4 << 20,
    ) -> None:
        """`prepare` brings the schema up to date; checkpoint beyond `log_bytes`."""
        self._path = path
        self._prepare = prepare
        self._log_bytes = log_bytes
        self._process = os.getpid()
        self._change = threading.Condition()
        """Guards `_root` and `_reading`."""
        self._root: Cursor | None = None
        """Source of the readers' cursors; never used for queries itself."""
        self._pen: Cursor | None = None
        """The writer thread's own, once that runs."""
        self._reading: set[Cursor] = set()
        self._next_checkpoint = 0.0
        self._connect()
        self._writer = GroupWriter(
            self._commit, self._tidy, group_size=group_size, window_s=window_s
        )
        # A thread that is inside DuckDB when the interpreter ends aborts the process.
        atexit.register(self.close, _EXIT_S)

    @property
    def is_usable(self) -> bool:
        """False while the file cannot be opened after a fatal error."""
        return self._root is not None

    def write(self, work: Callable[[Cursor], T]) -> Future[T]:
        """Runs `work` in a transaction that may be shared; done when on the disk."""
        self._refuse_after_fork()
        return self._writer.submit(work)

    def read(self, work: Callable[[Cursor], T]) -> T:
        """Runs `work` on a snapshot, in the calling thread."""
        self._refuse_after_fork()
        try:
            return self._read_once(work)
        except Invalidated:
            self._revive()
            return self._read_once(work)

    def copy(self, target: Path) -> None:
        """Writes all that is committed to a new file among the copies, in the calling
        thread; writing goes on meanwhile."""
        self._refuse_after_fork()
        with self._reader() as cursor:
            cursor.copy_to(target)

    def rewrite(self) -> Future[None]:
        """Replaces the file by a copy without what has been deleted.

        Until it is done nothing can be written.
        """
        self._refuse_after_fork()
        return self._writer.submit(_Rewrite())

    def close(self, timeout_s: float) -> bool:
        """Finishes waiting writes; False if they took longer than the timeout."""
        if os.getpid() != self._process:
            return True  # the parent's, and still in use there
        atexit.unregister(self.close)
        finished = self._writer.stop(timeout_s)
        if finished:
            self._disconnect()
        return finished

    def _refuse_after_fork(self) -> None:
        # The writer thread does not exist in a forked child, and DuckDB does not
        # survive two processes on one file.
        if os.getpid() != self._process:
            raise StoreUnavailable(
                "The store belongs to the process that opened it.",
                "Start child processes with `spawn` and ask the server instead.",
            )

    def _revive(self) -> None:
        # Only the writer opens the file; it does so before it can run this.
        try:
            self._writer.submit(lambda cursor: None).result(_REVIVE_S)
        except TimeoutError as error:
            raise StoreUnavailable(
                "The disk does not answer.", "Check the disk; try again later."
            ) from error

    def _read_once(self, work: Callable[[Cursor], T]) -> T:
        with self._reader() as cursor, cursor.snapshot():
            return work(cursor)

    @contextmanager
    def _reader(self) -> Iterator[Cursor]:
        with self._change:
            if self._root is None:
                raise Invalidated("The database is not open.", "Try again.")
            cursor = self._root.another()
            self._reading.add(cursor)
        try:
            yield cursor
        finally:
            with self._change:  # or it could be interrupted while it closes
                cursor.close()
                self._reading.discard(cursor)
                self._change.notify_all()

    def _commit(self, works: Sequence[Callable[[Cursor], Any]]) -> list[Any]:
        rewrites = [isinstance(work, _Rewrite) for work in works]
        if any(rewrites) and self._path is not None:
            if len(works) > 1:
                raise Unusual  # the writer makes them one by one then
            self._replace(self._path)
            return [None]
        try:
            return self._transact(works)
        except Invalidated:
            _LOG.exception("The database failed; opening it again")
            self._reconnect()
            return self._transact(works)

    def _replace(self, path: Path) -> None:
        fresh = files.copies_of(path) / _FRESH
        pen = self._pen if self._pen is not None else self._connect()
        fresh.unlink(missing_ok=True)
        try:
            pen.copy_to(fresh)
            fresh.chmod(0o600)
            files.sync(fresh)
            self._disconnect()  # which moves the log into the file
            try:
                if files.size_of(files.log_of(path)):
                    raise StoreUnavailable(
                        "The database is in use, so it stays as it is.", "Try again."
                    )
                fresh.replace(path)
                files.sync(path.parent)
            finally:
                self._connect()
        finally:
            fresh.unlink(missing_ok=True)

    def _transact(self, works: Sequence[Callable[[Cursor], Any]]) -> list[Any]:
        pen = self._pen if self._pen is not None else self._connect()
        if together.can_join(works):
            try:
                with pen.transaction():
                    return together.perform(pen, works)
            except Invalidated:
                raise
            except (LLMChatError, Unusual):
                _LOG.debug("%d writes are made one by one", len(works))
        with pen.transaction():
            return [work(pen) for work in works]

    def _tidy(self, is_idle: bool) -> None:
        """Moves the log into the file: when idle, and when it has grown."""
        if self._path is None or time.monotonic() < self._next_checkpoint:
            return
        waiting = files.size_of(files.log_of(self._path))
        if waiting > (0 if is_idle else self._log_bytes) and self._pen is not None:
            self._checkpoint(self._pen, self._path)

    def _checkpoint(self, pen: Cursor, path: Path) -> None:
        if not files.has_room(path):
            self._next_checkpoint = time.monotonic() + _CHECKPOINT_RETRY_S
            return
        try:
            pen.run("CHECKPOINT")
            files.protect(path)
        except StoreUnavailable as error:
            self._next_checkpoint = time.monotonic() + _CHECKPOINT_RETRY_S
            _LOG.warning("The database's log stays as it is: %s", error)
            if isinstance(error, Invalidated):
                self._reconnect()

    def _reconnect(self) -> None:
        self._disconnect()
        self._connect()

    def _connect(self) -> Cursor:
        path = self._path
        root = db.connect(path, copies=None if path is None else files.copies_of(path))
        try:
            self._prepare(root)
            if self._path is not None:
                files.protect(self._path)
            pen = root.another()
        except BaseException:
            root.close()
            raise
        with self._change:
            self._root = root
        self._pen = pen
        return pen

    def _disconnect(self) -> None:
        # DuckDB keeps the broken instance as long as anyone is connected to it.
        with self._change:
            root, self._root = self._root, None
            for cursor in self._reading:
                with suppress(StoreUnavailable):
                    cursor.interrupt()
            self._change.wait_for(lambda: not self._reading, _READERS_LEAVE_S)
        for each in (self._pen, root):
            if each is not None:
                with suppress(StoreUnavailable):
                    each.close()
        self._pen = None
