"""The one thread that writes. Writes that wait together share a commit."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from jupyter_llmchat.errors import StoreUnavailable

T = TypeVar("T")
Work = Callable[[Any], T]
"""What is done with the cursor. It may be run again after a failure, so it must
come to the same end when run twice."""

_LOG = logging.getLogger(__name__)
_IDLE_S = 5.0


def closed() -> StoreUnavailable:
    """What a store that has been closed answers."""
    return StoreUnavailable("The store is closed.", "Restart the server to go on.")


@dataclass(frozen=True)
class _Write:
    work: Work[Any]
    done: Future[Any]


class GroupWriter:
    """Runs writes in the order they came.

    `commit` runs some works in one transaction and returns their results, or raises
    and leaves nothing behind. `rest` is called after each group, and when nothing
    has come for a while, with whether that is so.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Work[Any]]], list[Any]],
        rest: Callable[[bool], None],
        *,
        group_size: int,
        window_s: float,
    ) -> None:
        self._commit = commit
        self._rest = rest
        self._group_size = group_size
        self._window_s = window_s
        self._queue: SimpleQueue[_Write | None] = SimpleQueue()
        self._crowded = False
        self._stopped = False
        # Held while queueing, so that nothing is queued behind the end marker.
        self._gate = threading.Lock()
        # A daemon: a disk that never answers must not keep the process alive.
        self._thread = threading.Thread(
            target=self._run, name="llmchat-store-writer", daemon=True
        )
        self._thread.start()

    def submit(self, work: Work[T]) -> Future[T]:
        """The result, once it is committed; raises StoreUnavailable after stop."""
        done: Future[T] = Future()
        with self._gate:
            if self._stopped:
                raise closed()
            self._queue.put(_Write(work, done))
        return done

    def stop(self, timeout_s: float) -> bool:
        """Finishes what is waiting; False if that took longer than the timeout."""
        with self._gate:
            if not self._stopped:
                self._stopped = True
                self._queue.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            try:
                first = self._queue.get(timeout=_IDLE_S)
            except Empty:
                self._pause(is_idle=True)
                continue
            if first is None:
                return
            group, is_last = self._gather(first)
            self._settle(group)
            if is_last:
                return
            self._pause(is_idle=False)

    def _gather(self, first: _Write) -> tuple[list[_Write], bool]:
        """A group, and whether the end marker follows it.

        Waiting for company pays only where there was some: a lone writer would pay
        the whole window for nothing.
        """
        group = [first]
        until = time.monotonic() + (self._window_s if self._crowded else 0.0)
        while len(group) < self._group_size:
            try:
                write = self._queue.get(timeout=max(0.0, until - time.monotonic()))
            except Empty:
                break
            if write is None:
                return group, True
            group.append(write)
        self._crowded = len(group) > 1
        return group, False

    def _settle(self, group: list[_Write]) -> None:
        try:
            results = self._commit([write.work for write in group])
        except Exception as error:  # noqa: BLE001 - handed to whoever waits
            if len(group) == 1:
                group[0].done.set_exception(error)
                return
            for write in group:  # one bad write must not take the others with it
                self._settle([write])
            return
        for write, result in zip(group, results, strict=True):
            write.done.set_result(result)

    def _pause(self, *, is_idle: bool) -> None:
        try:
            self._rest(is_idle)
        except Exception:  # noqa: BLE001 - the thread outlives any housekeeping
            _LOG.exception("Housekeeping of the database failed")
