"""Python values ↔ column values."""

from __future__ import annotations

import json
import time
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
