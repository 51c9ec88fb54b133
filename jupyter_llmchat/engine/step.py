"""What the scheduler has decided, as data: the loop carries it out as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a run is part of a step."""

    DECODE = "decode"
    """One more token of a visible text."""
    PREFILL = "prefill"
    """Prompt tokens, as many as the chunk has room for."""
    SCORE = "score"
    """Tokens of a continuation whose probability is asked for."""


@dataclass(frozen=True)
class Copy:
    """Let `target` share the first `length` cells of `source`."""

    source: int
    target: int
    length: int


@dataclass(frozen=True)
class Trim:
    """Forget the cells of a slot from `start` on."""

    slot: int
    start: int


@dataclass(frozen=True)
class Sample:
    """Draw a token after the last row of the run."""


@dataclass(frozen=True)
class Targets:
    """Tell log-probabilities: (row within the run, token) each."""

    pairs: tuple[tuple[int, int], ...]


Want = Sample | Targets | None


@dataclass(frozen=True)
class Run:
    """Tokens of one request to process, from position `start` of its slot on."""

    request_id: int
    slot: int
    start: int
    tokens: tuple[int, ...]
    want: Want
    reason: Reason


@dataclass(frozen=True)
class Step:
    """One decode call. Trims and copies come before it, in their order."""

    changes: tuple[Trim | Copy, ...]
    runs: tuple[Run, ...]

    @property
    def request_ids(self) -> frozenset[int]:
        return frozenset(run.request_id for run in self.runs)


@dataclass(frozen=True)
class Outcome:
    """What the model said, by request."""

    sampled: dict[int, int]
    logprobs: dict[int, tuple[float, ...]]
    """In the order of the run's targets."""
