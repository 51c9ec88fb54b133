"""Python values ↔ column values."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from jupyter_llmchat.errors import BadRequest


@dataclass(frozen=True)
class Moment:
    """When something was written: its place among all writes, and the time."""

    seq: int
    """Grows with every write and never repeats; the order of everything."""
    us: int
    """Microseconds since the epoch, for people only: clocks go back."""


class Clock:
    """Gives out moments, the first one with the place `next_seq`."""

    def __init__(self, next_seq: int) -> None:
        self._places = count(next_seq)

    def moment(self) -> Moment:
        return Moment(next(self._places), time.time_ns() // 1000)


def seconds(us: int) -> float:
    """Seconds since the epoch."""
    return us / 1_000_000


def storable(text: str) -> str:
    """The text with each half of a surrogate pair replaced by U+FFFD.

    DuckDB refuses such halves; JSON from clients can carry them.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def columnwise(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Rows as a list for each column; text as `storable`."""
    return [
        [storable(value) if isinstance(value, str) else value for value in column]
        for column in zip(*rows, strict=True)
    ]


_AT_ONCE = (1, 4, 8, 16, 24, 32, 48, 64)


@dataclass(frozen=True)
class Places:
    """Parameters for IN: as many as one of few numbers, each of which is a statement
    to be parsed; the last value is repeated. With more than 64 no index is used."""

    sql: str
    values: tuple[str, ...]


def in_places(values: Sequence[str]) -> Places:
    """For 1 to 64 values."""
    number = next(each for each in _AT_ONCE if each >= len(values))
    filled = (*values, *[values[-1]] * (number - len(values)))
    return Places(sql=", ".join("?" * number), values=filled)


def to_json(value: Any) -> str:
    """JSON text; raises BadRequest for what JSON cannot hold (NaN, deep nesting)."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadRequest(
            f"The value cannot be stored as JSON: {error}.",
            "Send objects, lists, text, finite numbers, true, false and null only.",
        ) from error


def from_json(text: str) -> Any:
    return json.loads(text)
