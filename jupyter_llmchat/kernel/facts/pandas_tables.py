"""Facts about pandas' DataFrame and Series."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from jupyter_llmchat.kernel.known_types import is_a, library_of, name_of
from jupyter_llmchat.redaction import names_a_secret

from .columns import (
    EXAMPLES,
    LEVELS,
    LOOKED_AT,
    Column,
    figures,
    row_sentence,
    sentences,
)
from .inquiry import Inquiry
from .phrasing import LISTED, distinct, label, listed, several, value_text
from .statistics import Summary

COLUMNS: Final = 24
"""Columns that get sentences of their own; those that a question names come first."""
SMALL_ROWS: Final = 8
SMALL_COLUMNS: Final = 8
"""Tables up to this size are told row by row."""
_SLOW_NANOSECONDS: Final = 200
"""For each value of a column that is no plain array of numbers."""
_NAMED: Final = 2000
"""Column names that are looked at."""


def frame_facts(name: str, frame: Any, inquiry: Inquiry) -> Iterator[str]:
    """Of a value that is exactly a DataFrame."""
    rows, count = frame.shape
    names = labels(frame.columns, _NAMED)
    kind = "an empty DataFrame" if rows == 0 else "a DataFrame"
    size = f"{several(rows, 'row')} and {several(count, 'column')}"
    told = f": {listed(names[:LISTED], count)}" if names else ""
    yield f"{name} is {kind} with {size}{told}."
    yield from _repeated(name, names)
    yield from _index(name, frame.index)
    if 0 < rows <= SMALL_ROWS and count <= SMALL_COLUMNS:
        yield from _rows(name, frame, names)
    columns = []
    for place in _chosen(names, inquiry):
        column = described(names[place], frame.iloc[:, place], inquiry)
        columns.append(column)
        yield from sentences(name, column)
    if len(columns) == count and rows and all(each.missing == 0 for each in columns):
        yield f"{name} has no missing values."


def series_facts(name: str, series: Any, inquiry: Inquiry) -> Iterator[str]:
    """Of a value that is exactly a Series."""
    own_name = "" if series.name is None else label(series.name)
    column = described(own_name or name, series, inquiry)
    of = f" named {own_name}" if own_name else ""
    summary = column.summary
    is_plain = summary is not None and not (column.is_date or column.is_flag)
    known = figures(summary) if summary is not None and is_plain else ""
    count = several(len(series), "value")
    yield f"{name} is a Series{of} of {count} with dtype {column.dtype}{known}."
    if column.missing:
        yield f"{name} has {several(column.missing, 'missing value')}."
    yield from _index(name, series.index)
    if column.is_secret or names_a_secret(name):
        return
    if 0 < len(series) <= SMALL_ROWS * 2:
        keys = labels(series.index, len(series))
        texts = map(value_text, _plain(series, len(series)))
        for key, text in zip(keys, texts, strict=False):
            if key and text:
                yield f"{name} of {key} is {text}."
    elif column.examples:
        yield f"The first values of {name} are {listed(column.examples)}."


def labels(index: Any, limit: int) -> list[str]:
    """The first labels of an index as text; none if it is of no known kind."""
    if library_of(type(index)) != "pandas":
        return []
    return [label(each) or "…" for each in index[:limit].tolist()]


def described(name: str, series: Any, inquiry: Inquiry) -> Column:
    """A column: what is cheap always, figures if there is time."""
    rows, dtype = len(series), series.dtype
    home = library_of(type(dtype))
    if home not in ("numpy", "pandas"):
        return Column(name=name, dtype=name_of(type(dtype)), rows=rows)
    text = str(dtype)
    if names_a_secret(name):
        return Column(name=name, dtype=text, rows=rows, is_secret=True)
    if is_a(dtype, "pandas", "CategoricalDtype"):
        levels = dtype.categories
        return Column(
            name=name,
            dtype=text,
            rows=rows,
            levels=[value_text(each) for each in _plain(levels, LEVELS)],
            level_count=len(levels),
            missing=_missing(series, inquiry),
        )
    if dtype.kind in "iufbmM":
        return _numeric(name, series, inquiry, home == "numpy")
    return _textual(name, series, inquiry)


def _numeric(name: str, series: Any, inquiry: Inquiry, is_numpy: bool) -> Column:
    kind = series.dtype.kind
    summary = None
    if is_numpy:
        summary = inquiry.statistics.of(series.to_numpy())
    elif _affords(series, inquiry):
        summary = _slowly(series)
    return Column(
        name=name,
        dtype=str(series.dtype),
        rows=len(series),
        summary=summary,
        is_date=kind in "mM",
        is_flag=kind == "b",
        missing=0 if len(series) == 0 else summary.missing if summary else None,
    )


def _slowly(series: Any) -> Summary:
    """By pandas itself, which knows how its own arrays mark what is missing."""
    missing = int(series.isna().sum())
    if missing == len(series):
        return Summary(missing=missing)
    low, high = series.min(), series.max()
    if series.dtype.kind in "mM":
        return Summary(minimum=low, maximum=high, missing=missing)
    return Summary(
        mean=float(series.mean()),
        minimum=low.item() if hasattr(low, "item") else low,
        maximum=high.item() if hasattr(high, "item") else high,
        missing=missing,
    )


def _textual(name: str, series: Any, inquiry: Inquiry) -> Column:
    few = _plain(series, LOOKED_AT)
    different = None
    if 0 < len(series) <= len(few) and all(type(each) is str for each in few):
        different = len({*few})
    return Column(
        name=name,
        dtype=str(series.dtype),
        rows=len(series),
        examples=distinct(filter(_is_plain, few), EXAMPLES),
        different=different,
        missing=_missing(series, inquiry),
    )


def _is_plain(value: Any) -> bool:
    kind = type(value)
    return kind is str or kind is int or kind is float or kind is bool


def _missing(series: Any, inquiry: Inquiry) -> int | None:
    return int(series.isna().sum()) if _affords(series, inquiry) else None


def _affords(series: Any, inquiry: Inquiry) -> bool:
    return len(series) * _SLOW_NANOSECONDS * 1e-9 < inquiry.time.left()


def _plain(series: Any, limit: int) -> list[Any]:
    """The first values as Python's."""
    few = series.iloc[:limit] if hasattr(series, "iloc") else series[:limit]
    values: list[Any] = few.tolist()
    return values


def _chosen(names: Sequence[str], inquiry: Inquiry) -> list[int]:
    asked = [place for place, name in enumerate(names) if inquiry.names(name)]
    others = (place for place in range(len(names)) if place not in asked)
    return [*asked, *others][:COLUMNS]


def _repeated(name: str, names: Sequence[str]) -> Iterator[str]:
    for column, count in Counter(names).items():
        if count > 1:
            yield f"{name} has {count} columns named {column}."


def _index(name: str, index: Any) -> Iterator[str]:
    if library_of(type(index)) != "pandas":
        return
    levels = ["" if each is None else label(each) for each in index.names]
    if len(levels) > 1:
        shown = [level or "an unnamed one" for level in levels]
        yield f"The index of {name} has {len(levels)} levels: {listed(shown)}."
    elif levels[0]:
        yield f"The index of {name} is named {levels[0]}."
    if is_a(index, "pandas", "DatetimeIndex") and len(index):
        first, last = value_text(index[0]), value_text(index[-1])
        yield f"The index of {name} goes from {first} to {last}."


def _rows(name: str, frame: Any, names: Sequence[str]) -> Iterator[str]:
    secret = [names_a_secret(each) for each in names]
    columns = [
        [""] * len(frame) if hidden else [*map(value_text, _column(frame, place))]
        for place, hidden in enumerate(secret)
    ]
    rows = zip(*columns, strict=True)
    for key, cells in zip(labels(frame.index, SMALL_ROWS), rows, strict=False):
        if told := row_sentence(name, key, names, cells):
            yield told


def _column(frame: Any, place: int) -> list[Any]:
    series = frame.iloc[:, place]
    known = library_of(type(series.dtype)) in ("numpy", "pandas")
    return _plain(series, SMALL_ROWS) if known else [object()] * len(frame)
