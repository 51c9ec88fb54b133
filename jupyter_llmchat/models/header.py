"""The first part of a binary file, read forwards with strict bounds.

No number in the file decides how much memory is taken, and every count is checked
before it is looped over.
"""

from __future__ import annotations

import os
import struct
from io import BufferedReader

# Well above any published model, well below what would take long.
MAX_HEADER_BYTES = 128 << 20
MAX_TEXT_BYTES = 256
"""Of a text that is kept; the rest of a longer one is passed over."""
MAX_LISTED_TEXTS = 1 << 21
"""In all lists together, such as the vocabulary and its merges."""

_NUMBERS = dict(enumerate(("<B", "<b", "<H", "<h", "<I", "<i", "<f", "<?")))
_NUMBERS |= {10: "<Q", 11: "<q", 12: "<d"}
_TEXT, _LIST = 8, 9


class Unsound(Exception):
    """The header cannot be right; the text says why."""


class Header:
    """Reads values as GGUF writes them; raises Unsound."""

    def __init__(self, file: BufferedReader) -> None:
        self.size = os.fstat(file.fileno()).st_size
        self.at = 0
        self._file = file
        self._listed_texts = 0

    def u32(self) -> int:
        return int.from_bytes(self.read(4), "little")

    def u64(self) -> int:
        return int.from_bytes(self.read(8), "little")

    def count(self, what: str, limit: int, *, wide: bool = True) -> int:
        """A number of things, refused if it is above `limit`."""
        return self._bounded(self.u64() if wide else self.u32(), what, limit)

    def text(self) -> str:
        """What can be printed of a text's first bytes."""
        length = self.u64()
        data = self.read(min(length, MAX_TEXT_BYTES))
        self._skip(length - len(data))
        return "".join(filter(str.isprintable, data.decode("utf-8", "replace")))

    def value(self) -> str | int | float | None:
        """A text or a number after the number of its type; None stands for a list."""
        kind = self.u32()
        if kind == _TEXT:
            return self.text()
        if kind != _LIST:
            return self._number(kind)
        self._skip_list()
        return None

    def read(self, count: int) -> bytes:
        self._step(count)
        data = self._file.read(count)
        if len(data) != count:
            raise Unsound("it became shorter while it was read")
        return data

    def _number(self, kind: int) -> int | float:
        form = _number_format(kind)
        number: int | float = struct.unpack(form, self.read(struct.calcsize(form)))[0]
        return number

    def _skip_list(self) -> None:
        kind, count = self.u32(), self.u64()
        if kind != _TEXT:
            self._skip(count * struct.calcsize(_number_format(kind)))
            return
        self._listed_texts += count
        self._bounded(self._listed_texts, "texts", MAX_LISTED_TEXTS)
        for _ in range(count):
            self._skip(self.u64())

    def _skip(self, count: int) -> None:
        self._step(count)
        self._file.seek(self.at)

    def _step(self, count: int) -> None:
        self.at += count
        if self.at > self.size:
            raise Unsound("it ends within its header")
        if self.at > MAX_HEADER_BYTES:
            raise Unsound(f"its header is longer than {MAX_HEADER_BYTES} bytes")

    def _bounded(self, count: int, what: str, limit: int) -> int:
        if count > limit:
            raise Unsound(f"it claims {count} {what}")
        return count


def _number_format(kind: int) -> str:
    if kind not in _NUMBERS:
        raise Unsound(f"a setting is of the unknown type {kind}")
    return _NUMBERS[kind]
