"""Sentences about one column of a table, whichever library the table is from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .phrasing import date, listed, number, several
from .statistics import Summary

EXAMPLES: Final = 3
LEVELS: Final = 12
LOOKED_AT: Final = 200
"""Rows that examples are taken from."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """What was found out about it."""

    name: str
    dtype: str
    rows: int
    summary: Summary | None = None
    is_date: bool = False
    is_flag: bool = False
    """Its values are true or false."""
    examples: Sequence[str] = ()
    different: int | None = None
    """How many different values; None where they were not counted."""
    levels: Sequence[str] = ()
    """Of a categorical column."""
    level_count: int = 0
    missing: int | None = None
    """None where it is not known."""
    is_secret: bool = False
    """Its values are not told."""


def sentences(table: str, column: Column) -> Iterator[str]:
    """What the column holds; and what is missing, if anything is."""
    it = f"The column {column.name} of {table}"
    yield f"{it} has dtype {column.dtype}{_holding(column)}."
    if column.missing:
        yield f"{it} has {several(column.missing, 'missing value')}."


def _holding(column: Column) -> str:
    if column.is_secret:
        return "; its values are not shown"
    summary = column.summary
    if column.levels:
        return f" with the levels {listed(column.levels, column.level_count)}"
    if summary is not None and column.is_date:
        return _span(summary)
    if summary is not None and column.is_flag:
        return _share(summary, column.rows)
    if summary is not None:
        return figures(summary)
    if column.different is not None and column.different <= EXAMPLES:
        kinds = several(column.different, "different value")
        return f", {kinds}: {listed(column.examples)}" if column.examples else ""
    counted = f", {column.different} different values" if column.different else ""
    if column.examples:
        return f"{counted}, for example {listed(column.examples)}"
    return counted


def figures(summary: Summary) -> str:
    """`, mean 12.4, minimum 1.0, maximum 99.0`"""
    if summary.sampled and summary.mean is not None:
        return f", mean about {number(summary.mean)}"
    named = (
        ("mean", summary.mean),
        ("minimum", summary.minimum),
        ("maximum", summary.maximum),
    )
    return "".join(
        f", {name} {number(each)}" for name, each in named if each is not None
    )


def _span(summary: Summary) -> str:
    if summary.minimum is None or summary.maximum is None:
        return ""
    return f", from {date(summary.minimum)} to {date(summary.maximum)}"


def _share(summary: Summary, rows: int) -> str:
    if summary.mean is None or summary.sampled:
        return ""
    there = rows - (summary.missing or 0)
    return f", True in {round(summary.mean * there)} of {several(rows, 'row')}"


def row_sentence(
    table: str, row: str, names: Sequence[str], cells: Sequence[Any]
) -> str:
    """One row of a small table; empty where nothing of it can be shown."""
    pairs = [f"{name} {text}" for name, text in zip(names, cells, strict=True) if text]
    return f"In {table}, row {row} has {', '.join(pairs)}." if row and pairs else ""
