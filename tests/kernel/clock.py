"""Time that passes when the test says so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class ManualClock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now
