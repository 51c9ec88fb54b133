"""A machine on which others compute at times, as two cores were seen to behave.

With a thread for every free core or fewer, a step takes its time. With one more, most
steps take twice as long and some twenty times; a step of a prompt is always one of
those. One thread has to share its core at worst. Phases are given in steps of work, so
that every policy meets the same ones.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from jupyter_llmchat.engine.speed import Speed, Timing

TWO_CORES = Speed(
    timings=(
        Timing(threads=1, decode_ms=(11.6, 22.5, 35.4, 60.4), prefill_tokens_per_s=174),
        Timing(threads=2, decode_ms=(7.3, 14.0, 19.6, 38.0), prefill_tokens_per_s=330),
    ),
    context_cost=0.45,
)


def speed_of(counts: Iterable[int]) -> Speed:
    """A model that gains by threads, with less and less for each."""
    timings = []
    for threads in counts:
        gain = threads**0.8
        decode_ms = tuple(each / gain for each in TWO_CORES.timings[0].decode_ms)
        rate = TWO_CORES.timings[0].prefill_tokens_per_s * gain
        timings.append(
            Timing(threads=threads, decode_ms=decode_ms, prefill_tokens_per_s=rate)
        )
    return Speed(timings=tuple(timings), context_cost=TWO_CORES.context_cost)


@dataclass(frozen=True)
class Work:
    """A step to do, and how many cores others use meanwhile."""

    rows: int
    cells: int
    others: float = 0.0


@dataclass
class FakeMachine:
    """Tells how long steps take, and keeps the time."""

    speed: Speed
    cores: int
    noise: float = 0.05
    outliers: float = 0.0
    """Share of short steps in which something else got in between."""
    context_error: float = 1.0
    """What a context really costs against what was measured."""
    seed: int = 1
    now: float = 0.0
    others: float = 0.0
    random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def clock(self) -> float:
        return self.now

    def free(self) -> float:
        return self.cores - self.others

    def run(self, work: Work, threads: int) -> float:
        """Milliseconds of the step."""
        self.others = work.others
        short = self.speed.step_ms(threads, work.rows)
        extra = self.speed.step_ms(threads, work.rows, work.cells) - short
        ms = (short + extra * self.context_error) * self._slowness(work, threads)
        ms *= max(0.5, self.random.gauss(1, self.noise))
        if self.random.random() < self.outliers:
            ms += 150
        self.now += ms / 1000
        return ms

    def _slowness(self, work: Work, threads: int) -> float:
        over = threads + work.others - self.cores
        if threads > 1 and over > 0:
            stuck = work.rows > 8 or self.random.random() < 0.1 * over
            return 18.0 if stuck else 2.1 ** min(over, 3)
        return 1 + max(0.0, over)


def answers(
    count: int,
    others: float = 0.0,
    prompt: int = 256,
    tokens: int = 150,
    batch: int = 1,
    start: int = 0,
) -> Iterator[Work]:
    """Steps of so many answers one after the other in a growing conversation."""
    cells = start
    for _ in range(count):
        for left in range(prompt, 0, -256):
            cells += min(left, 256)
            yield Work(min(left, 256), cells, others)
        for _ in range(tokens):
            cells += batch
            yield Work(batch, cells, others)


def total_ms(machine: FakeMachine, work: Iterable[Work], threads: int) -> float:
    """What all the work takes with the same number of threads all the time."""
    return sum(machine.run(each, threads) for each in work)
