"""Facts about polars' DataFrame, Series and LazyFrame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from jupyter_llmchat.redaction import names_a_secret

from .columns import EXAMPLES, LOOKED_AT, Column, figures, row_sentence, sentences
from .inquiry import Inquiry
from .phrasing import LISTED, distinct, label, listed, several, value_text
from .statistics import Summary

COLUMNS: Final = 24
SMALL_ROWS: Final = 8
SMALL_COLUMNS: Final = 8
_NANOSECONDS: Final = 4
"""For each value of a column of numbers."""


def frame_facts(name: str, frame: Any, inquiry: Inquiry) -> Iterator[str]:
    """Of a value that is exactly a DataFrame of polars."""
    rows, count = frame.shape
    names = [label(each) for each in frame.columns]
    kind = "an empty polars DataFrame" if rows == 0 else "a polars DataFrame"
    size = f"{several(rows, 'row')} and {several(count, 'column')}"
    told = f": {listed(names[:LISTED], count)}" if names else ""
    yield f"{name} is {kind} with {size}{told}."
    if 0 < rows <= SMALL_ROWS and count <= SMALL_COLUMNS:
        yield from _rows(name, frame, names)
    asked = [place for place, each in enumerate(names) if inquiry.names(each)]
    others = [place for place in range(count) if place not in asked]
    columns = []
    for place in [*asked, *others][:COLUMNS]:
        column = described(names[place], frame.to_series(place), inquiry)
        columns.append(column)
        yield from sentences(name, column)
    if len(columns) == count and rows and not any(each.missing for each in columns):
        yield f"{name} has no missing values."


def lazy_facts(name: str, _frame: Any, _inquiry: Inquiry) -> Iterator[str]:
    """Nothing is asked of it: finding out its columns may read files."""
    yield f"{name} is a polars LazyFrame; it has not been collected."


def series_facts(name: str, series: Any, inquiry: Inquiry) -> Iterator[str]:
    """Of a value that is exactly a Series of polars."""
    own_name = label(series.name)
    column = described(own_name or name, series, inquiry)
    of = f" named {own_name}" if own_name else ""
    summary = column.summary
    is_plain = summary is not None and not (column.is_date or column.is_flag)
    known = figures(summary) if summary is not None and is_plain else ""
    count = several(len(series), "value")
    yield f"{name} is a polars Series{of} of {count} with dtype {column.dtype}{known}."
    if column.missing:
        yield f"{name} has {several(column.missing, 'missing value')}."
    if not (column.is_secret or names_a_secret(name)) and column.examples:
        yield f"The first values of {name} are {listed(column.examples)}."


def described(name: str, series: Any, inquiry: Inquiry) -> Column:
    """A column: what is cheap always, figures if there is time."""
    dtype, rows = series.dtype, len(series)
    kind = str(dtype)
    summary = None
    is_date = bool(dtype.is_temporal())
    is_flag = kind == "Boolean"
    is_secret = names_a_secret(name)
    countable = dtype.is_numeric() or is_date or is_flag
    affordable = rows * _NANOSECONDS * 1e-9 < inquiry.time.left()
    if countable and affordable and not is_secret:
        summary = _summary(series, is_date)
    return Column(
        name=name,
        dtype=kind,
        rows=rows,
        summary=summary,
        is_date=is_date,
        is_flag=is_flag,
        is_secret=is_secret,
        examples=() if countable or is_secret else _examples(series, kind),
        missing=summary.missing if summary else int(series.null_count()),
    )


def _summary(series: Any, is_date: bool) -> Summary:
    missing = int(series.null_count())
    if missing == len(series):
        return Summary(missing=missing)
    if series.dtype.is_float() and (strange := int(series.is_nan().sum())):
        missing += strange
        series = series.drop_nans()
    mean = None if is_date else series.mean()
    return Summary(
        mean=mean if type(mean) is float else None,
        minimum=series.min(),
        maximum=series.max(),
        missing=missing,
    )


def _examples(series: Any, kind: str) -> tuple[str, ...]:
    # What an Object column holds may be of any class.
    if kind == "Object":
        return ()
    return distinct(series.head(LOOKED_AT).to_list(), EXAMPLES)


def _rows(name: str, frame: Any, names: list[str]) -> Iterator[str]:
    columns = []
    for place, each in enumerate(names):
        series = frame.to_series(place)
        hidden = names_a_secret(each) or str(series.dtype) == "Object"
        values = [""] * len(series) if hidden else map(value_text, series.to_list())
        columns.append([*values])
    for number, cells in enumerate(zip(*columns, strict=True)):
        if told := row_sentence(name, str(number), names, cells):
            yield told
