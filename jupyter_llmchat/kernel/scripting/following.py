"""An answer followed for as long as somebody wants it: who leaves early stops it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from jupyter_llmchat.errors import LLMChatError, ServerUnreachable, TimedOut
from jupyter_llmchat.kernel.feed import Feed
from jupyter_llmchat.protocol.events import TERMINAL, TurnEvent

STOP_S = 3.0
"""How long is waited for the end of an answer that is to be stopped."""
TICK_S = 0.5
"""Where waiting cannot be interrupted, it lasts no longer."""


class Following:
    """The events of one answer, up to the last.

    `arrived` is called from another thread whenever `take` has something to give.
    """

    def __init__(
        self,
        events: Iterator[TurnEvent],
        cancel: Callable[[str], object],
        *,
        timeout_s: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        arrived: Callable[[], object] = lambda: None,
    ) -> None:
        self.is_over = False
        """Whether the last event has been taken."""
        self._cancel = cancel
        self._timeout_s = timeout_s
        self._clock = clock
        self._began = clock()
        self._turn_id = ""
        self._feed = Feed(events, cancel, arrived)

    @property
    def left_s(self) -> float | None:
        """Seconds until the time is up; None without a limit."""
        if self._timeout_s is None:
            return None
        return max(self._began + self._timeout_s - self._clock(), 0.0)

    def __iter__(self) -> Iterator[TurnEvent]:
        try:
            while not self.is_over:
                if (event := self.take(TICK_S)) is not None:
                    yield event
        finally:
            self.stop()

    def take(self, wait_s: float) -> TurnEvent | None:
        """The next event; None if none comes within `wait_s`.

        Raises TimedOut, and the LLMChatError that asking has met.
        """
        left_s = self.left_s
        event = self._feed.next(wait_s if left_s is None else min(wait_s, left_s))
        if event is not None:
            self._turn_id = event.turn_id
            self.is_over = isinstance(event, TERMINAL)
        elif self._feed.is_over:
            raise ServerUnreachable(
                "The answer broke off.", "What has arrived is kept; ask again."
            )
        elif left_s == 0:
            raise TimedOut(
                f"The answer took longer than {self._timeout_s:g} s and was stopped.",
                "Allow more time, or give deadline_s, for a shorter answer in time.",
            )
        return event

    def stop(self) -> None:
        """Stops the answer unless it has ended.

        Returns when its connection is closed, after some seconds at the latest.
        """
        is_told = self.is_over
        end = time.monotonic() + STOP_S
        with contextlib.suppress(LLMChatError):
            while not self._feed.is_over and time.monotonic() < end:
                if self._turn_id and not is_told:
                    self._cancel(self._turn_id)
                    is_told = True
                event = self._feed.next(TICK_S)
                self._turn_id = self._turn_id or (event.turn_id if event else "")
        if not self._feed.is_over:
            self._feed.abandon()
