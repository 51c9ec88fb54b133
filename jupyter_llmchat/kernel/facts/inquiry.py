"""What facts are collected for, and how long that may take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from jupyter_llmchat.kernel.cell_graph import asks_for

from .statistics import Known, Statistics

Clock = Callable[[], float]


class TimeBudget:
    """Seconds that are left; none once `stop` says that nobody waits any more."""

    def __init__(
        self,
        seconds: float,
        clock: Clock = time.perf_counter,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._clock = clock
        self._stop = stop
        self._end = clock() + seconds

    def now(self) -> float:
        return self._clock()

    def left(self) -> float:
        return 0.0 if self._stop() else max(0.0, self._end - self._clock())


@dataclass(frozen=True)
class Memory:
    """What earlier collections have found out in the same state of the notebook."""

    figures: Known = field(default_factory=dict)
    facts: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    """By variable, with the id of its value; told again when there is no time left."""


@dataclass(frozen=True, kw_only=True)
class Inquiry:
    """One collection of facts: for a question, or for whichever may come."""

    time: TimeBudget
    redact: Callable[[str], str]
    """Takes the secrets out of a text."""
    question: str = ""
    memory: Memory = field(default_factory=Memory)
    """What is found out is added to it."""

    @property
    def statistics(self) -> Statistics:
        return Statistics(self.time, self.memory.figures)

    def names(self, name: str) -> bool:
        """Whether the question has this name in it."""
        return asks_for(self.question, name)
