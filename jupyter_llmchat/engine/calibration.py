"""Measures how fast a model is: a few steps with each number of threads.

The numbers of threads take turns, so a disturbance of half a second hits one sample of
each figure, and the median does not see it.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from statistics import median

from .model import Model, Row
from .speed import BATCHES, PROMPT_ROWS, SHORT_CELLS, Speed, Timing

ROUNDS = 3
BUDGET_S = 10.0
"""After so long a slow model is not measured again, nor with a long context."""
HOPELESS = 3.0
"""More threads that take so much longer than the fewest are held up by others."""
STEADY = 1.3
"""The median of calm samples is not further above the fastest."""
FILLED_CELLS = 768
"""Cells in use when the cost of a long context is measured."""
FILLED_ROWS = 4

Clock = Callable[[], float]


def measure(
    model: Model, threads: Sequence[int], clock: Clock = time.perf_counter
) -> Speed:
    """Runs the idle model for some seconds: 2 for one of 135M parameters on 2 cores.

    Threads that others hold up are left out, so that a busy machine does not cost
    minutes; the result is then not steady. Uses the sequences from 0 on and leaves the
    cache empty, also when it raises: what `Model.decode` raises comes through. The
    model's number of threads is left changed.
    """
    try:
        return _Calibration(model, sorted({*threads}), clock).run()
    finally:
        model.clear()


class _Calibration:
    """The samples of one measurement."""

    def __init__(self, model: Model, threads: list[int], clock: Clock) -> None:
        self._model = model
        self._asked = self._threads = threads
        """Numbers of threads, ascending; those held up by others are dropped."""
        self._clock = clock
        self._tokens = model.tokenize("The quick brown fox.", special=False)
        self._batches = [size for size in BATCHES if size <= model.n_sequences]
        self._samples: dict[tuple[int, int], list[float]] = defaultdict(list)
        """Milliseconds by (threads, rows)."""
        self._lengths: dict[int, int] = defaultdict(int)
        """Cells of each sequence."""

    def run(self) -> Speed:
        started = self._clock()
        rounds = 0
        while rounds < ROUNDS and self._clock() - started < BUDGET_S:
            # The fewest first: whatever others do, they are not far from their time.
            self._threads = [each for each in self._threads if self._round(each)]
            rounds += 1
        return Speed(
            timings=tuple(map(self._timing, self._threads)),
            context_cost=self._context_cost() if rounds == ROUNDS else 0.0,
            is_steady=self._threads == self._asked
            and all(map(_is_steady, self._samples.values())),
        )

    def _round(self, threads: int) -> bool:
        """A sample of each figure; False where it would only take time."""
        self._forget()
        self._model.set_threads(threads, threads)
        self._decode(1)  # Starts the threads; not counted.
        for size in self._batches:
            self._samples[threads, size].append(self._decode(size))
        if self._is_hopeless(threads):
            return False
        self._samples[threads, PROMPT_ROWS].append(self._prefill(PROMPT_ROWS))
        return True

    def _is_hopeless(self, threads: int) -> bool:
        """Two slow steps are enough, one is not."""
        fewest = self._threads[0]
        slow = [
            self._samples[threads, size][-1]
            > HOPELESS * self._samples[fewest, size][-1]
            for size in self._batches
        ]
        return threads != fewest and sum(slow) >= min(2, len(slow))

    def _timing(self, threads: int) -> Timing:
        prompt_ms = median(self._samples[threads, PROMPT_ROWS])
        return Timing(
            threads=threads,
            decode_ms=tuple(
                median(self._samples[threads, size]) for size in self._batches
            ),
            prefill_tokens_per_s=PROMPT_ROWS * 1000 / prompt_ms,
        )

    def _context_cost(self) -> float:
        """Between an almost empty and a filled cache, with most threads."""
        sequences = min(max(BATCHES), self._model.n_sequences)
        rows = min(FILLED_ROWS, sequences)
        each = FILLED_CELLS // sequences
        if FILLED_CELLS + sequences * ROUNDS > self._model.n_ctx:
            return 0.0
        self._forget()
        self._model.set_threads(self._threads[-1], self._threads[-1])
        short = median(self._decode(rows) for _ in range(ROUNDS))
        self._fill(sequences, each)
        full = median(self._decode(rows) for _ in range(ROUNDS))
        return max(0.0, full / short - 1) * 1000 / (FILLED_CELLS - SHORT_CELLS)

    def _fill(self, sequences: int, length: int) -> None:
        """Each sequence with cells of its own; restoring is faster than computing."""
        self._forget()
        for start in range(0, length, PROMPT_ROWS):
            self._prefill(min(PROMPT_ROWS, length - start))
        data = self._model.save(0)
        for sequence in range(1, sequences):
            self._model.restore(sequence, data)
            self._lengths[sequence] = length

    def _forget(self) -> None:
        self._model.clear()
        self._lengths.clear()

    def _decode(self, size: int) -> float:
        return self._step([self._row(sequence, True) for sequence in range(size)])

    def _prefill(self, rows: int) -> float:
        return self._step([self._row(0, index == rows - 1) for index in range(rows)])

    def _row(self, sequence: int, output: bool) -> Row:
        position = self._lengths[sequence]
        self._lengths[sequence] += 1
        token = self._tokens[position % len(self._tokens)]
        return Row(token, position, sequence, output)

    def _step(self, rows: list[Row]) -> float:
        """Milliseconds, to the time when the model's answer can be read."""
        started = self._clock()
        self._model.decode(rows)
        self._model.logprobs(len(rows) - 1, self._tokens[:1])
        return max((self._clock() - started) * 1000, 1e-3)


def _is_steady(samples: list[float]) -> bool:
    return median(samples) <= STEADY * min(samples)
