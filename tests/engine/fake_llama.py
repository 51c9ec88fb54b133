"""A model that continues every prompt with a script, and refuses inconsistent batches.

Tokens are bytes; 256 and 257 are control tokens, 257 ends a text. It keeps the tokens
of every sequence itself, so a scheduler that loses count is found out at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from jupyter_llmchat.engine.model import Aborted, NoRoom, Row
from jupyter_llmchat.language_model import SamplingParams

START, END = 256, 257
CONTROL = {"<|im_start|>": START, "<|im_end|>": END}


@dataclass
class FakeLlama:
    """`reply` maps the text of a sequence's first prompt to what follows it."""

    reply: Callable[[str], str] = lambda prompt: "ok"
    n_ctx: int = 64
    n_sequences: int = 4
    bos: int | None = None
    cells: dict[int, list[int]] = field(default_factory=dict)
    batches: list[list[Row]] = field(default_factory=list)
    on_decode: Callable[[], None] = lambda: None
    refuse: int = 0
    """So many of the next batches find no room."""
    aborted: bool = False
    threads: tuple[int, int] = (1, 1)
    open_samplers: int = 0
    masks: list[tuple[int, NDArray[np.bool_]]] = field(default_factory=list)

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        ids: list[int] = []
        while text:
            name = next((each for each in CONTROL if text.startswith(each)), None)
            if special and name:
                ids.append(CONTROL[name])
                text = text[len(name) :]
            else:
                ids += text[0].encode()
                text = text[1:]
        return ids

    n_vocab: int = 258

    def piece(self, token: int, *, special: bool = False) -> bytes:
        return b"" if token >= START else bytes([token])

    def is_control(self, token: int) -> bool:
        return token >= START

    def mask(self, row: int, allowed: NDArray[np.bool_]) -> None:
        self.masks.append((row, allowed))

    def is_end(self, token: int) -> bool:
        return token == END

    def token_text(self, name: str) -> str:
        return ""

    def chat_template(self) -> str | None:
        return None

    def decode(self, rows: Sequence[Row]) -> None:
        self.on_decode()
        if self.aborted:
            raise Aborted
        if self.refuse:
            self.refuse -= 1
            raise NoRoom
        for row in rows:
            cells = self.cells.setdefault(row.sequence, [])
            assert row.position == len(cells), "positions must follow one another"
            cells.append(row.token)
        assert len(self.cells) <= self.n_sequences
        self.batches.append(list(rows))

    def logprobs(self, row: int, tokens: Sequence[int]) -> list[float]:
        assert self.batches[-1][row].output, "logits were not asked for"
        return [-float(token) for token in tokens]

    def likeliest(self, row: int, count: int) -> list[int]:
        """The lowest tokens: see `logprobs`."""
        return list(range(1, count + 1))

    def trim(self, sequence: int, start: int) -> None:
        del self.cells.setdefault(sequence, [])[start:]

    def copy(self, source: int, target: int, length: int) -> None:
        assert not self.cells.get(target), "a copy needs an empty target"
        self.cells[target] = self.cells[source][:length]

    def save(self, sequence: int) -> bytes:
        return ",".join(map(str, self.cells[sequence])).encode()

    def restore(self, sequence: int, data: bytes) -> None:
        assert not self.cells.get(sequence), "a restore needs an empty sequence"
        self.cells[sequence] = [*map(int, data.decode().split(","))]

    def clear(self) -> None:
        self.cells.clear()

    def set_threads(self, decode: int, prefill: int) -> None:
        self.threads = (decode, prefill)

    def sampler(self, params: SamplingParams) -> FakeSampler:
        self.open_samplers += 1
        return FakeSampler(self)

    def abort(self) -> None:
        self.aborted = True

    def arm(self) -> None:
        self.aborted = False


class FakeSampler:
    """Says the script from where it is."""

    def __init__(self, model: FakeLlama) -> None:
        self._model = model
        self._script: list[int] | None = None

    def sample(self, row: int) -> int:
        last = self._model.batches[-1][row]
        assert last.output, "logits were not asked for"
        if self._script is None:
            text = bytes(
                token for token in self._model.cells[last.sequence] if token < START
            ).decode()
            self._script = [*self._model.reply(text).encode(), END]
        return self._script.pop(0)

    def close(self) -> None:
        self._model.open_samplers -= 1
