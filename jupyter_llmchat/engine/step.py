"""What the scheduler has decided, as data: the loop carries it out as it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from jupyter_llmchat.errors import LLMChatError
from jupyter_llmchat.language_model import TokenLogprob

from .host import Saved


class Key(NamedTuple):
    """One line of work of a request: part 0 is its own, others its continuations."""

    request_id: int
    part: int = 0


class Reason(StrEnum):
    """Why a run is part of a step."""

    DECODE = "decode"
    """One more token of a text."""
    DRAFT = "draft"
    """A token of a text and a guess at what follows, checked in one go."""
    PREFILL = "prefill"
    """Prompt tokens, as many as the chunk has room for."""
    SCORE = "score"
    """Tokens of a continuation whose probability is asked for."""
    PREPARE = "prepare"
    """Prompt tokens that nobody waits for yet."""


@dataclass(frozen=True)
class Copy:
    """Let the empty `target` share the first `length` cells of `source`."""

    source: int
    target: int
    length: int


@dataclass(frozen=True)
class Trim:
    """Forget the cells of a sequence from `start` on."""

    sequence: int
    start: int


@dataclass(frozen=True)
class Save:
    """Put a copy of a sequence's state into host memory."""

    sequence: int
    tokens: tuple[int, ...]


@dataclass(frozen=True)
class Restore:
    """Put a saved state into an empty sequence."""

    sequence: int
    saved: Saved


@dataclass(frozen=True)
class Clear:
    """Forget all cells, so that the next ones are packed from the beginning."""


Change = Copy | Trim | Save | Restore | Clear


@dataclass(frozen=True)
class Sample:
    """Draw tokens: after the last row but `drafted`, and on while the draft holds."""

    drafted: int = 0


@dataclass(frozen=True)
class Targets:
    """Tell log-probabilities: (row within the run, token) each."""

    pairs: tuple[tuple[int, int], ...]


Want = Sample | Targets | None


@dataclass(frozen=True)
class Run:
    """Tokens of one line of work to process, from position `start` on."""

    key: Key
    sequence: int
    start: int
    tokens: tuple[int, ...]
    want: Want
    reason: Reason


@dataclass(frozen=True)
class Step:
    """One decode call, or none if there are only changes, which come first."""

    changes: tuple[Change, ...]
    runs: tuple[Run, ...]
    deadline: float | None = None
    """The earliest time.monotonic() at which one of its requests has to end."""

    @property
    def request_ids(self) -> frozenset[int]:
        return frozenset(run.key.request_id for run in self.runs)

    @property
    def rows(self) -> int:
        return sum(len(run.tokens) for run in self.runs)


@dataclass(frozen=True)
class Outcome:
    """What the model said, by line of work."""

    sampled: dict[Key, tuple[int, ...]]
    """The draft's tokens that held, then one that the model drew itself."""
    logprobs: dict[Key, tuple[float, ...]]
    """In the order of the run's targets."""
    told: dict[Key, tuple[TokenLogprob, ...]] = field(default_factory=dict)
    """One for each token in `sampled`, where they were asked for."""
    failed: dict[int, LLMChatError] = field(default_factory=dict)
    """Requests that cannot go on, by their id; the others are not affected."""
