"""What the engine needs of a model: the seam between scheduling and llama.cpp."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from jupyter_llmchat.language_model import SamplingParams

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Aborted(Exception):
    """A compute was stopped by `abort`; cells of this batch may be half there."""


class NoRoom(Exception):
    """The KV cache has no place for the batch; nothing was changed."""


@dataclass(frozen=True)
class Row:
    """One token of a batch."""

    token: int
    position: int
    sequence: int
    output: bool
    """Whether its logits are wanted."""


class Vocabulary(Protocol):
    """Text ↔ tokens."""

    n_vocab: int

    @property
    def bos(self) -> int | None:
        """The token every prompt begins with, where the model wants one."""
        ...

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        """Token ids of `text`; control tokens only if `special`."""
        ...

    def piece(self, token: int, *, special: bool = False) -> bytes:
        """The bytes of a token; those of control tokens only if `special`."""
        ...

    def is_end(self, token: int) -> bool:
        """Whether the model says with it that it has finished."""
        ...

    def is_control(self, token: int) -> bool:
        """Whether it stands for no text."""
        ...

    def token_text(self, name: str) -> str:
        """Text of the `bos` or `eos` token; empty without one."""
        ...

    def chat_template(self) -> str | None:
        """The Jinja template that came with the model."""
        ...


class Sampler(Protocol):
    """Draws the tokens of one request."""

    def sample(self, row: int) -> int:
        """A token to follow the row at that index of the last batch."""
        ...

    def close(self) -> None: ...


class Model(Vocabulary, Protocol):
    """A loaded model with one KV cache of `n_ctx` cells in `n_sequences` sequences.

    All but `abort` and `tokenize` belongs to the thread that runs the engine.
    """

    n_ctx: int
    n_sequences: int

    def decode(self, rows: Sequence[Row]) -> None:
        """Processes the rows. Raises Aborted, NoRoom or GenerationFailed."""
        ...

    def logprobs(self, row: int, tokens: Sequence[int]) -> list[float]:
        """Log-probabilities (nats) of `tokens` after the row at that batch index."""
        ...

    def likeliest(self, row: int, count: int) -> list[int]:
        """The most probable tokens after the row, of those that are possible."""
        ...

    def mask(self, row: int, allowed: NDArray[np.bool_]) -> None:
        """Makes all other tokens impossible after the row; shape (n_vocab,)."""
        ...

    def trim(self, sequence: int, start: int) -> None:
        """Forgets the cells of a sequence from position `start` on."""
        ...

    def copy(self, source: int, target: int, length: int) -> None:
        """Shares the first `length` cells of `source` with the empty `target`."""
        ...

    def save(self, sequence: int) -> bytes:
        """The state of a sequence, to be put back by `restore`."""
        ...

    def restore(self, sequence: int, data: bytes) -> None:
        """Fills an empty sequence with a saved state, for which there is room."""
        ...

    def clear(self) -> None:
        """Forgets all cells."""
        ...

    def set_threads(self, decode: int, prefill: int) -> None:
        """From the next compute on; `prefill` also holds for batches of texts."""
        ...

    def sampler(self, params: SamplingParams) -> Sampler: ...

    def abort(self) -> None:
        """Stops the compute that is running, or the next one. From any thread."""
        ...

    def arm(self) -> None:
        """Takes back an abort, before a compute that is wanted."""
        ...
