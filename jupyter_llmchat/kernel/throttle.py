"""Keeps display updates within what a Jupyter server passes on."""

from __future__ import annotations

import time
from collections.abc import Callable

from .progress import Clock

INTERVAL_S = 0.1
"""At most ten updates a second."""
BYTES_PER_S = 400_000
"""A Jupyter server drops output past 1 MB/s; every update carries the whole text."""
SHARE = 0.1
"""Of one core that rendering may take from the model, which may run on the same."""


class Throttle:
    """Says when the next update may be sent."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._next = clock()

    @property
    def is_open(self) -> bool:
        return self._clock() >= self._next

    def run(self, update: Callable[[], int]) -> None:
        """Runs an update, which returns the bytes that it sent."""
        began = self._clock()
        size = update()
        cost = self._clock() - began
        self._next = began + max(INTERVAL_S, size / BYTES_PER_S, cost / SHARE)
