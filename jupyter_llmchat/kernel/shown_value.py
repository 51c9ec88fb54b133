"""A cell's result in few characters, without running any code of the value's own.

A `__repr__` may fail, print, take minutes or return megabytes. So only values of exact
builtin types are written out, here, piece by piece; a subclass is not one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from .known_types import loaded

LIMIT: Final = 300
"""Characters at most."""
_DEPTH = 4
_BITS = 512
"""Writing out an integer takes the square of its length."""
_SCALARS = ("float64", "float32", "int64", "int32", "bool_")
_SHAPED = (
    ("numpy", "ndarray"),
    ("pandas", "DataFrame"),
    ("pandas", "Series"),
    ("polars", "DataFrame"),
    ("polars", "Series"),
)
"""Their `shape` is known at once."""


def shown(value: Any) -> str:
    """The value as text; empty for what is not shown. Never raises an Exception."""
    text = ""
    try:
        for piece in islice(_pieces(value, 0), LIMIT):
            text += piece
            if len(text) > LIMIT:
                break
    except Exception:  # noqa: BLE001 whatever a value does, it is the value's affair
        return ""
    return text if len(text) <= LIMIT else text[: LIMIT - 1] + "…"


def _pieces(value: Any, depth: int) -> Iterator[str]:
    # Types are compared by identity: a metaclass may define `==` and `hash`.
    kind = type(value)
    if value is None or kind is bool or kind is float or kind is complex:
        yield repr(value)
    elif kind is int:
        bits = value.bit_length()
        yield repr(value) if bits <= _BITS else f"an integer of {bits} bits"
    elif kind is str or kind is bytes:
        yield repr(value[:LIMIT])
    elif kind is list or kind is tuple or kind is set or kind is frozenset:
        yield from _row(value, depth)
    elif kind is dict:
        yield from _table(value, depth)
    else:
        yield _of_a_library(value) or ("…" if depth else "")


def _row(values: Any, depth: int) -> Iterator[str]:
    if type(values) is list:
        opening, closing = "[", "]"
    elif type(values) is tuple:
        opening, closing = "(", ",)" if len(values) == 1 else ")"
    else:
        opening, closing = ("{", "}") if values else (f"{type(values).__name__}(", ")")
    yield opening
    for place, each in enumerate(() if depth >= _DEPTH else values):
        if place:
            yield ", "
        yield from _pieces(each, depth + 1)
    yield f"…{closing}" if depth >= _DEPTH and values else closing


def _table(values: dict[Any, Any], depth: int) -> Iterator[str]:
    yield "{"
    for place, (key, each) in enumerate(values.items()):
        if depth >= _DEPTH:
            yield "…"
            break
        if place:
            yield ", "
        yield from _pieces(key, depth + 1)
        yield ": "
        yield from _pieces(each, depth + 1)
    yield "}"


def _of_a_library(value: Any) -> str:
    """A number of numpy, or the shape of an array or table."""
    kind = type(value)
    for name in _SCALARS:
        if kind is loaded("numpy", name):
            return repr(value.item())
    for module, name in _SHAPED:
        if kind is loaded(module, name):
            shape = value.shape
            if type(shape) is tuple and all(type(each) is int for each in shape):
                return f"{name} of shape {shape}"
    return ""
