"""How far an answer has come, in figures."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from jupyter_llmchat.protocol.events import Chunk, Start, TurnEvent

Clock = Callable[[], float]
"""Seconds that only ever increase."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Figures of an answer that is being written."""

    elapsed_s: float
    """Since the question was asked here."""
    tokens_per_s: float | None = None
    """Pieces of text a second since the first; None before the second piece."""
    deadline_s: float | None = None
    """What the answer may take at most; None until the server has said it."""


class Meter:
    """Counts the pieces of one answer."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._asked = clock()
        self._first: float | None = None
        self._pieces = 0
        self._deadline_s: float | None = None

    def count(self, event: TurnEvent) -> None:
        if isinstance(event, Start):
            self._deadline_s = event.deadline_s
        if isinstance(event, Chunk):
            self._pieces += 1
            if self._first is None:
                self._first = self._clock()

    @property
    def progress(self) -> Progress:
        now = self._clock()
        rate = None
        if self._first is not None and now > self._first and self._pieces > 1:
            rate = (self._pieces - 1) / (now - self._first)
        return Progress(
            elapsed_s=now - self._asked,
            tokens_per_s=rate,
            deadline_s=self._deadline_s,
        )
