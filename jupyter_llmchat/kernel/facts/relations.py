"""Facts about DuckDB's relations: their columns. Anything more would run the query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from .inquiry import Inquiry
from .phrasing import LISTED, label, listed, several

COLUMNS: Final = 24


def relation_facts(name: str, relation: Any, inquiry: Inquiry) -> Iterator[str]:
    """Of a value that is exactly a DuckDBPyRelation."""
    names = [label(each) for each in relation.columns]
    types = [str(each) for each in relation.types]
    told = f": {listed(names[:LISTED], len(names))}" if names else ""
    yield f"{name} is a DuckDB relation with {several(len(names), 'column')}{told}."
    pairs = sorted(
        zip(names, types, strict=True), key=lambda pair: not inquiry.names(pair[0])
    )
    for column, kind in pairs[:COLUMNS]:
        yield f"The column {column} of {name} has type {kind}."


def connection_facts(name: str, _connection: Any, _inquiry: Inquiry) -> Iterator[str]:
    """Nothing is asked of it: that would be a query."""
    yield f"{name} is a DuckDB connection."
