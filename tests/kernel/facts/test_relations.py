from __future__ import annotations

import duckdb

from jupyter_llmchat.kernel.facts.relations import (
    COLUMNS,
    connection_facts,
    relation_facts,
)

from .inquiries import inquiry


def test_a_relation_is_not_run() -> None:
    connection = duckdb.connect()
    relation = connection.sql("SELECT 1 AS id, error('it was run') AS item")
    assert [*relation_facts("orders", relation, inquiry())] == [
        "orders is a DuckDB relation with 2 columns: id, item.",
        "The column id of orders has type INTEGER.",
        'The column item of orders has type "NULL".',
    ]
    assert [*connection_facts("c", connection, inquiry())] == [
        "c is a DuckDB connection."
    ]


def test_of_many_columns_those_that_the_question_names_come_first() -> None:
    columns = ", ".join(f"{n} AS c{n}" for n in range(100))
    relation = duckdb.connect().sql(f"SELECT {columns}")
    lines = [*relation_facts("r", relation, inquiry("What is c99?"))]
    assert lines[1] == "The column c99 of r has type INTEGER."
    assert len(lines) == COLUMNS + 1
