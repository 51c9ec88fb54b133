"""Names, numbers and values as they stand in a sentence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final

from jupyter_llmchat.kernel.known_types import is_a
from jupyter_llmchat.kernel.shown_value import shown

NAME_CHARS: Final = 60
VALUE_CHARS: Final = 120
LISTED: Final = 30
"""Names in one sentence at most."""


def number(value: Any) -> str:
    """With at most four digits after the point, unless it is tiny or huge."""
    if type(value) is not float:
        return shown(value)
    if not math.isfinite(value) or value == 0:
        return repr(value)
    if not 1e-3 <= abs(value) < 1e15:
        return f"{value:.4g}"
    return repr(round(value, 4))


def value_text(value: Any) -> str:
    """A value of a plain kind in few characters; empty for others."""
    kind = type(value)
    if kind is float:
        return number(value)
    if is_a(value, "pandas", "Timestamp") or is_a(value, "numpy", "datetime64"):
        return date(value)
    text = shown(value)
    return text if len(text) <= VALUE_CHARS else text[: VALUE_CHARS - 1] + "…"


def date(value: Any) -> str:
    """A point in time of a known library, without a time of day that is midnight."""
    text = str(value).replace("T", " ")
    day, _, clock = text.partition(" ")
    return day if not clock.strip("0:.") else text.partition(".")[0]


def label(name: Any) -> str:
    """What a column, level or index is called; empty for what is no plain name."""
    text = name if type(name) is str else value_text(name)
    text = " ".join(text.split())
    return text if len(text) <= NAME_CHARS else text[: NAME_CHARS - 1] + "…"


def listed(texts: Sequence[str], total: int | None = None) -> str:
    """`a, b, c`, or how many more there are; `total` where not all are given."""
    total = len(texts) if total is None else total
    more = total - len(texts[:LISTED])
    return ", ".join(texts[:LISTED]) + (f" and {more} more" if more > 0 else "")


def several(count: int, thing: str, plural: str = "") -> str:
    """`1 row`, `2 rows`."""
    return f"{count} {thing}" if count == 1 else f"{count} {plural or thing + 's'}"


def distinct(values: Iterable[Any], limit: int) -> tuple[str, ...]:
    """The first different values of plain kinds, as text."""
    found: dict[str, None] = {}
    for value in values:
        if value is not None and value == value and (text := value_text(value)):
            found[text] = None
            if len(found) == limit:
                break
    return tuple(found)
