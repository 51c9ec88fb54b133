"""Facts about values of Python's own: numbers, text, collections, paths, dates."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from jupyter_llmchat.kernel.known_types import is_a, name_of
from jupyter_llmchat.kernel.shown_value import shown
from jupyter_llmchat.redaction import names_a_secret

from .inquiry import Inquiry
from .phrasing import date, label, listed, number, several, value_text

SMALL: Final = 8
"""Items of a collection that are all told."""
TEXT_CHARS: Final = 200
_COLLECTIONS: Final = (
    ("collections", "OrderedDict"),
    ("collections", "defaultdict"),
    ("collections", "Counter"),
)
_SCALARS: Final = (
    ("datetime", "datetime"),
    ("datetime", "date"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("decimal", "Decimal"),
    ("fractions", "Fraction"),
    ("uuid", "UUID"),
    ("pathlib", "PosixPath"),
    ("pathlib", "WindowsPath"),
    ("pathlib", "PurePosixPath"),
    ("pandas", "Timestamp"),
    ("pandas", "Timedelta"),
)
"""Their `str` runs nothing of the user's, but for a date's time zone."""


def plain_facts(name: str, value: Any, _inquiry: Inquiry) -> Iterator[str]:
    """Of a value that is exactly of such a kind; nothing about others."""
    kind = type(value)
    if value is None:
        yield f"{name} is None."
    elif kind is bool or kind is int or kind is float or kind is complex:
        yield f"{name} is {_a(kind)} with the value {number(value)}."
    elif kind is str:
        yield from _text(name, value)
    elif kind is bytes or kind is bytearray:
        yield f"{name} is a {name_of(kind)} object of {several(len(value), 'byte')}."
    elif kind is list or kind is tuple or is_a(value, "collections", "deque"):
        yield from _sequence(name, value)
    elif kind is set or kind is frozenset:
        yield from _set(name, value)
    elif kind is dict or any(is_a(value, *each) for each in _COLLECTIONS):
        yield from _table(name, value)
    elif kind is range:
        yield f"{name} is {value!r}."
    elif any(is_a(value, *each) for each in _SCALARS) and _is_safe(value):
        yield f"{name} is {_a(kind)} with the value {_written(value)}."
    elif text := shown(value):
        yield f"{name} is {_a(kind)} with the value {text}."


def _is_safe(value: Any) -> bool:
    """Not a date in a time zone that somebody has written a class for."""
    if not (is_a(value, "datetime", "datetime") or is_a(value, "datetime", "time")):
        return True
    zone = value.tzinfo
    known = (("datetime", "timezone"), ("zoneinfo", "ZoneInfo"))
    return zone is None or any(is_a(zone, *each) for each in known)


def _written(value: Any) -> str:
    return (
        date(value) if is_a(value, "pandas", "Timestamp") else str(value)[:TEXT_CHARS]
    )


def _a(kind: type) -> str:
    name = name_of(kind).removeprefix("Posix").removeprefix("Windows")
    return f"{'an' if name[:1] in 'aeiouAEIO' else 'a'} {name}"


def _text(name: str, value: str) -> Iterator[str]:
    if len(value) <= TEXT_CHARS:
        yield f"{name} is a str with the value {value!r}."
    else:
        begins = f"beginning with {value[:TEXT_CHARS]!r}"
        yield f"{name} is a str of {len(value)} characters, {begins}."


def _sequence(name: str, values: Any) -> Iterator[str]:
    kind, count = name_of(type(values)), len(values)
    if not count:
        yield f"{name} is an empty {kind}."
        return
    if count <= SMALL and all(texts := [value_text(each) for each in values]):
        yield f"{name} is a {kind} of {several(count, 'item')}: {', '.join(texts)}."
        return
    ends = [("first", value_text(values[0])), ("last", value_text(values[-1]))]
    told = [f"the {which} is {text}" for which, text in ends if text]
    of = f" of type {name_of(type(values[0]))}" if _is_of_one_kind(values) else ""
    known = "".join(f", {each}" for each in told)
    yield f"{name} is a {kind} of {several(count, 'item')}{of}{known}."


def _is_of_one_kind(values: Any) -> bool:
    kind = type(values[0])
    return all(type(each) is kind for each in islice(values, 100))


def _set(name: str, values: Any) -> Iterator[str]:
    kind, count = name_of(type(values)), len(values)
    texts = [value_text(each) for each in islice(values, SMALL + 1)]
    if 0 < count <= SMALL and all(texts):
        items = several(count, "item")
        yield f"{name} is a {kind} of {items}: {', '.join(sorted(texts))}."
    else:
        yield f"{name} is a {kind} of {several(count, 'item')}."


def _table(name: str, values: Any) -> Iterator[str]:
    kind, count = name_of(type(values)), len(values)
    if not count:
        yield f"{name} is an empty {kind}."
        return
    first = [*islice(values.items(), SMALL)]
    keys = [label(key) or "…" for key, _ in first]
    yield f"{name} is a {kind} with {several(count, 'key')}: {listed(keys, count)}."
    for key, value in first:
        text = value_text(value)
        if label(key) and text and not names_a_secret(f"{key}"):
            yield f"{name}[{value_text(key)}] is {text}."
