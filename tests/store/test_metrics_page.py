"""docs/metrics.md says what there is, and its examples work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jupyter_llmchat.store import Store

from .builders import begin, ended

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```sql\n(.*?)```", TEXT, re.DOTALL)


def section(title: str) -> str:
    return TEXT.partition(f"## {title}\n")[2].partition("\n## ")[0]


async def test_every_column_is_there_in_its_order_with_its_type(store: Store) -> None:
    told = re.findall(r"^\| `(\w+)` \| (\w+) \|", section("Columns of `metrics`"), re.M)
    columns = await store._access.read(
        lambda cursor: cursor.rows(
            "SELECT column_name AS name, data_type AS type FROM duckdb_columns()"
            " WHERE table_name = 'metrics' ORDER BY column_index"
        )
    )
    assert told == [(each["name"], each["type"]) for each in columns]


async def test_the_columns_of_other_tables_exist(store: Store) -> None:
    named = re.findall(r"`(\w+)\.(\w+)`", section("What else is needed"))
    columns = await store._access.read(
        lambda cursor: cursor.rows(
            "SELECT table_name AS owner, column_name AS name FROM duckdb_columns()"
        )
    )
    assert len(named) >= 7
    assert {*named} <= {(each["owner"], each["name"]) for each in columns}


@pytest.mark.parametrize("sql", EXAMPLES, ids=range(len(EXAMPLES)))
async def test_an_example_finds_the_answers(store: Store, sql: str) -> None:
    for _ in range(2):
        await store.end_turn(ended(await begin(store)))
    rows = await store._access.read(lambda cursor: cursor.rows(sql))
    assert rows and all(row["answers"] == 2 for row in rows)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 5
