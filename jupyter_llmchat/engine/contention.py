"""Whether others use the cores: a limit on threads, learned from the steps themselves.

A step waits for its slowest thread at hundreds of barriers. When another process takes
a core away from one of them, all others spin: with as many threads as cores a step
takes ten times as long and more, with one thread hardly longer than before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

CAP = 5.0
"""No step counts as slower than this against the usual, so that one short step alone
cannot reach LIMIT."""
LIMIT = 6.0
"""Sum of excess from which steps count as slow (Page's CUSUM test)."""
PROBE_LIMIT = 2.0
"""The same while more threads are tried: one step far too slow is enough."""
PROBE_STEPS = 8
"""Steps after which more threads have proved themselves."""
LEAST_WAIT_S = 1.0
"""Wait before more threads are tried; doubled whenever that fails."""
LONGEST_S = 16.0
SETTLED_S = 10.0
"""Slow again within this time after more threads were tried: the attempt failed."""
SLACK = 0.3
"""Cores that others may use without being in the way."""
WEIGHT = 1 / 8
"""Of the newest step in what is usual."""


@dataclass(frozen=True)
class Evidence:
    """What a step has shown."""

    threads: int
    """That it ran with."""
    ratio: float
    """Its time against what was measured for such a step."""
    break_even: float
    """The ratio from which fewer threads would have been faster."""
    weight: float = 1.0
    """More than 1 for a long step: a hiccup hardly shows in it, so it says more."""


class Contention:
    """The most threads that are worth it now; `rungs` are the choices, ascending.

    Slow steps bring it down a rung. It goes up again after a wait, on trial, and the
    waits grow while trials fail. `free` tells how many cores others leave, as far as
    that is known; it can only delay a trial.
    """

    def __init__(
        self,
        rungs: tuple[int, ...],
        clock: Callable[[], float],
        free: Callable[[], float | None] = lambda: None,
    ) -> None:
        self._rungs = rungs
        self._clock = clock
        self._free = free
        self._at = len(rungs) - 1
        self._excess = 0.0
        self._usual = 1.0
        """What steps take lately against what was measured, contention aside: longer
        with a context that costs more than expected, or a processor that is hot."""
        self._wait = LEAST_WAIT_S
        self._changed = clock()
        self._tried: float | None = None
        """When the rung was reached from below; None if it never was."""
        self._trial_left = 0
        """Steps until a rung that is on trial has proved itself."""

    @property
    def limit(self) -> int:
        """Threads that short steps may have."""
        return self._rungs[self._at]

    @property
    def proven(self) -> int:
        """Threads that long steps may have, which must not be part of a trial."""
        return self._rungs[self._at - 1] if self._trial_left else self.limit

    def below(self, threads: int) -> int | None:
        """The rung under a number of threads."""
        lower = [rung for rung in self._rungs if rung < threads]
        return lower[-1] if lower else None

    def observe(self, step: Evidence) -> None:
        """Takes in a step that was carried out."""
        self._learn(step)
        excess = min(step.ratio / self._usual, CAP) - step.break_even
        self._excess = max(0.0, self._excess + excess * step.weight)
        if step.threads > self._rungs[0] and self._excess > self._allowed:
            self.retreat(step.threads)
            return
        if self._trial_left and step.threads == self.limit:
            self._trial_left -= 1
        if self.limit < self._rungs[-1] and not self._trial_left and self._may_try():
            self._move(self._at + 1)
            self._tried = self._changed
            self._trial_left = PROBE_STEPS

    def retreat(self, threads: int) -> None:
        """Goes below a number of threads that has turned out too slow."""
        now = self._clock()
        failed = self._tried is not None and now - self._tried < SETTLED_S
        self._wait = min(2 * self._wait, LONGEST_S) if failed else LEAST_WAIT_S
        below = sum(rung < threads for rung in self._rungs[1:])
        self._move(min(self._at, below))
        self._trial_left = 0

    @property
    def _allowed(self) -> float:
        return PROBE_LIMIT if self._trial_left else LIMIT

    def _learn(self, step: Evidence) -> None:
        """On the lowest rung threads wait for (almost) nobody: what it takes there is
        usual. Higher up only what is faster is believed."""
        seen = min(step.ratio, 2 * self._usual)
        if step.threads > self._rungs[0]:
            seen = min(self._usual, max(seen, 1.0))
        self._usual = max(0.5, self._usual + WEIGHT * (seen - self._usual))

    def _may_try(self) -> bool:
        waited = self._clock() - self._changed
        if waited < LEAST_WAIT_S:
            return False
        free = self._free()
        is_busy = free is not None and free + SLACK < self._rungs[self._at + 1]
        return waited >= (LONGEST_S if is_busy else self._wait)

    def _move(self, index: int) -> None:
        self._at = index
        self._excess = 0.0
        self._changed = self._clock()
