"""How fast a model is on this machine: what a step takes, by threads and rows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Annotated

import msgspec

BATCHES = (1, 2, 4, 8)
"""Sequences that are decoded together when the speed is measured."""
PROMPT_ROWS = 32
"""Prompt tokens in a measured step; longer ones are processed at the same rate."""
SHORT_CELLS = 256
"""A shorter context costs as much: llama.cpp goes over its cells in such blocks."""

Positive = Annotated[float, msgspec.Meta(gt=0)]


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """What one number of threads achieves, with a short context."""

    threads: Annotated[int, msgspec.Meta(ge=1)]
    decode_ms: Annotated[tuple[Positive, ...], msgspec.Meta(min_length=1, max_length=4)]
    """Of a step, by batch size as in BATCHES; fewer if the model has no room."""
    prefill_tokens_per_s: Positive

    def step_ms(self, rows: int) -> float:
        """Straight between what was measured, at the prefill rate beyond it."""
        prompt_ms = PROMPT_ROWS * 1000 / self.prefill_tokens_per_s
        if rows >= PROMPT_ROWS:
            return prompt_ms * rows / PROMPT_ROWS
        sizes = (*BATCHES[: len(self.decode_ms)], PROMPT_ROWS)
        times = (*self.decode_ms, prompt_ms)
        above = bisect_left(sizes, rows)
        if sizes[above] == rows or above == 0:
            return times[above]
        share = (rows - sizes[above - 1]) / (sizes[above] - sizes[above - 1])
        return (1 - share) * times[above - 1] + share * times[above]


class Speed(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured, and what follows from it. Times are in milliseconds."""

    timings: Annotated[tuple[Timing, ...], msgspec.Meta(min_length=1)]
    """Fewest threads first."""
    context_cost: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    """What 1,000 cells in use beyond SHORT_CELLS add to a step, as a share of it."""
    is_steady: bool = True
    """False when the figures were scattered: other programs were at work."""

    @property
    def threads(self) -> tuple[int, ...]:
        """The numbers of threads that were measured."""
        return tuple(timing.threads for timing in self.timings)

    def step_ms(self, threads: int, rows: int, cells: int = 0) -> float:
        """A step of so many rows while `cells` of the KV cache are in use."""
        extra = max(0, cells - SHORT_CELLS) / 1000 * self.context_cost
        return self._timing(threads).step_ms(rows) * (1 + extra)

    def decode_ms(self, threads: int, batch: int) -> float:
        """One token for each of `batch` sequences, short context."""
        return self.step_ms(threads, batch)

    def prefill_tokens_per_s(self, threads: int) -> float:
        """At the beginning of a prompt."""
        return self._timing(threads).prefill_tokens_per_s

    def best_threads(self, batch: int) -> int:
        """The fastest for steps of `batch` rows when nobody else computes."""
        return self._fastest(lambda each: each.step_ms(batch))

    def batching_gain(self, batch: int) -> float:
        """Tokens a second of `batch` sequences together over those of one alone."""
        together = self.decode_ms(self.best_threads(batch), batch)
        return batch * self.decode_ms(self.best_threads(1), 1) / together

    @property
    def summary(self) -> str:
        """One sentence."""
        reading = max(each.prefill_tokens_per_s for each in self.timings)
        rates = ", ".join(
            f"{1e3 * batch / self.decode_ms(self.best_threads(batch), batch):.0f} with"
            f" {batch}"
            for batch in BATCHES[: len(self.timings[0].decode_ms)]
        )
        return (
            f"Reads {reading:.0f} tokens/s; writes, in all, {rates} at once"
            f" ({self.best_threads(1)} threads for one)."
        )

    def _fastest(self, cost: Callable[[Timing], float]) -> int:
        return min(self.timings, key=cost).threads

    def _timing(self, threads: int) -> Timing:
        """Of the nearest number of threads that was measured."""
        return min(self.timings, key=lambda each: abs(each.threads - threads))
