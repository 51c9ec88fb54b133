"""How fast one client may send."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum, auto

FRAMES_PER_S = 20.0
FRAMES_BURST = 40
EXCESS_BURST = 200
"""Frames over the rate that are borne, for a client that slows down again."""


class Allowance:
    """A bucket of `burst` permissions that refills with `per_s` a second."""

    def __init__(
        self, per_s: float, burst: int, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_s = per_s
        self._burst = burst
        self._now = now
        self._left = float(burst)
        self._filled_at = now()

    def take(self) -> bool:
        """Whether there was a permission left; takes it."""
        now = self._now()
        refill = (now - self._filled_at) * self._per_s
        self._left = min(self._burst, self._left + refill)
        self._filled_at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Verdict(Enum):
    """What is to be done with a frame."""

    ACCEPT = auto()
    WARN = auto()
    """Drop it and say so; at most once a second."""
    DROP = auto()
    CLOSE = auto()
    """The client does not slow down."""


class FrameGate:
    """Judges the frames of one connection by how fast they come."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._frames = Allowance(FRAMES_PER_S, FRAMES_BURST, now)
        self._excess = Allowance(FRAMES_PER_S, EXCESS_BURST, now)
        self._warnings = Allowance(1.0, 1, now)

    def judge(self) -> Verdict:
        """For the frame that has come now."""
        if self._frames.take():
            return Verdict.ACCEPT
        if not self._excess.take():
            return Verdict.CLOSE
        return Verdict.WARN if self._warnings.take() else Verdict.DROP
