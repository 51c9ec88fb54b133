"""Events read in the background, so that the reader can wait with a limit.

Waiting in the main thread on a queue has two uses: seconds go on being shown while
nothing arrives, and a KeyboardInterrupt does not break the connection, so the end of
a stopped answer is still received.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator

from jupyter_llmchat.protocol.events import TurnEvent


class Feed:
    """The events of one iterator, taken from another thread.

    `arrived` is called in that thread whenever `next` has something to give.
    """

    def __init__(
        self,
        events: Iterator[TurnEvent],
        cancel: Callable[[str], object],
        arrived: Callable[[], object] = lambda: None,
    ) -> None:
        self._events = events
        self._cancel = cancel
        self._arrived = arrived
        self._taken: queue.SimpleQueue[TurnEvent | BaseException | None]
        self._taken = queue.SimpleQueue()
        self._abandoned = threading.Event()
        self.is_over = False
        threading.Thread(target=self._read, daemon=True).start()

    def next(self, timeout_s: float) -> TurnEvent | None:
        """The next event; None if none came in time or, `is_over`, none will.

        Raises what the iterator raised.
        """
        if self.is_over:
            return None
        try:
            item = self._taken.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if item is None:
            self.is_over = True
        elif isinstance(item, BaseException):
            self.is_over = True
            raise item
        return item

    def abandon(self) -> None:
        """Nobody listens any more: should the turn go on, it is cancelled."""
        self._abandoned.set()

    def _read(self) -> None:
        try:
            for event in self._events:
                if self._abandoned.is_set():
                    self._cancel(event.turn_id)
                    break
                self._put(event)
            self._put(None)
        except BaseException as error:  # noqa: BLE001 - raised again by next()
            self._put(error)

    def _put(self, item: TurnEvent | BaseException | None) -> None:
        self._taken.put(item)
        self._arrived()
