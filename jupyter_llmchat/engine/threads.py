"""How many threads the next step gets: as many as help, while nobody else computes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from .contention import SLACK, Contention, Evidence
from .speed import Speed

SHORT_ROWS = 8
"""More rows make a long step, which is as bad as dozens of short ones if it goes
wrong: a prompt has been seen to take 30 times as long."""
PROMPT_ROWS = 256
"""What stands for the steps of a prompt in `setting`."""
WORTH = 1.05
"""More threads have to be so much faster, else the cores are left to others."""
TOLERANCE = 1.1
"""Fewer threads are not better before they are so much faster."""
LEAST = 1.3
"""Steps are never called slow below this ratio."""
LONG_MS = 100.0
"""A step this long counts as one piece of evidence, longer ones as more."""
HEAVIEST = 4.0
PATIENCE = 3.0
"""A step that takes so much longer than fewer threads would is given up."""


@dataclass(frozen=True)
class Threads:
    """The setting as it is shown."""

    decode: int
    prefill: int


def candidates(cores: int) -> tuple[int, ...]:
    """Thread counts to measure on a machine with so many physical cores, ascending."""
    powers = {1 << exponent for exponent in range(cores.bit_length())}
    return tuple(sorted(each for each in {*powers, cores - 1, cores} if each > 0))


class ThreadGovernor:
    """Follows the machine: asks before each step, learns from its time.

    Pure but for the clock and `free`, the cores that others leave (None: unknown),
    which has to be cheap. Without `free`, prompts get more threads again only after
    short steps have tried them.
    """

    def __init__(
        self,
        speed: Speed,
        clock: Callable[[], float] = time.monotonic,
        free: Callable[[], float | None] = lambda: None,
    ) -> None:
        self._speed = speed
        self._free = free
        self._rungs = _rungs(speed)
        self._best_of: dict[int, int] = {}
        """What `_best` has found, by rows: it is asked before every step."""
        self._contention = Contention(self._rungs, clock, free)

    @property
    def setting(self) -> Threads:
        """What steps get now, for people; asks nobody."""
        contention = self._contention
        return Threads(
            min(self._best(1), contention.limit),
            min(self._best(PROMPT_ROWS), contention.proven),
        )

    def threads(self, rows: int) -> int:
        """For the next step, whatever its rows are for."""
        best = min(self._best(rows), self._contention.limit)
        if rows <= SHORT_ROWS:
            return best
        free = self._free()
        if free is None:
            return min(best, self._contention.proven)
        fitting = [rung for rung in self._rungs if rung <= min(best, free + SLACK)]
        return max(fitting, default=self._rungs[0])

    def observe(self, threads: int, rows: int, cells: int, ms: float) -> None:
        """A step of so many rows, with `cells` of the cache in use, took `ms` with
        what `threads` said before it. Steps broken off are not to be told."""
        expected = self._speed.step_ms(threads, rows, cells)
        self._contention.observe(
            Evidence(
                threads,
                ms / expected,
                max(LEAST, TOLERANCE * self._gain(threads, rows)),
                min(max(1.0, expected / LONG_MS), HEAVIEST),
            )
        )

    def give_up_ms(self, threads: int, rows: int, cells: int) -> float | None:
        """After so long a step is better broken off, told to `gave_up`, and done again
        with fewer threads; None when there is nothing to gain."""
        lower = self._contention.below(threads)
        if lower is None or rows <= SHORT_ROWS:
            return None
        return PATIENCE * self._speed.step_ms(lower, rows, cells)

    def gave_up(self, threads: int) -> None:
        """A step was broken off because it took longer than `give_up_ms`."""
        self._contention.retreat(threads)

    def _best(self, rows: int) -> int:
        """The fewest threads that are almost as fast as the fastest."""
        if rows not in self._best_of:
            times = {rung: self._speed.step_ms(rung, rows) for rung in self._rungs}
            enough = WORTH * min(times.values())
            fewest = next(rung for rung, ms in times.items() if ms <= enough)
            self._best_of[rows] = fewest
        return self._best_of[rows]

    def _gain(self, threads: int, rows: int) -> float:
        """How much slower a step is with the next fewer threads."""
        lower = self._contention.below(threads) or threads
        step_ms = self._speed.step_ms
        return step_ms(lower, rows) / step_ms(threads, rows)


def _rungs(speed: Speed) -> tuple[int, ...]:
    """The measured counts that are worth it, each against the one before."""
    rungs = [speed.threads[0]]
    for threads in speed.threads[1:]:
        if any(
            WORTH * speed.step_ms(threads, rows) <= speed.step_ms(rungs[-1], rows)
            for rows in (1, PROMPT_ROWS)
        ):
            rungs.append(threads)
    return tuple(rungs)
