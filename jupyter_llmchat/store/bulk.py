"""Many rows at once: it is the number of statements that takes the time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .db import Cursor

ROWS_AT_ONCE = 2000
CHARS_AT_ONCE = 1 << 20
"""Bounds what is held for one statement, a row longer than that excepted."""

Rows = Sequence[Sequence[Any]]


def insert(cursor: Cursor, table: str, columns: Sequence[str], rows: Rows) -> None:
    """`rows` have a value for each column; text without halves of surrogate pairs."""
    values = ", ".join(["unnest(?)"] * len(columns))
    sql = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values}"
    for part in parts(rows):
        cursor.run(sql, *map(list, zip(*part, strict=True)))


def parts(rows: Rows) -> Iterator[Rows]:
    """Those for one statement each."""
    start, chars = 0, 0
    for number, row in enumerate(rows):
        size = sum(len(each) for each in row if isinstance(each, str))
        full = number - start == ROWS_AT_ONCE or chars + size > CHARS_AT_ONCE
        if full and number > start:
            yield rows[start:number]
            start, chars = number, 0
        chars += size
    if rows:
        yield rows[start:]
