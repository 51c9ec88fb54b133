from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from jupyter_llmchat.errors import Conflict, LLMChatError, StoreUnavailable
from jupyter_llmchat.store import db
from jupyter_llmchat.store.db import Cursor


@pytest.fixture
def cursor(tmp_path: Path) -> Iterator[Cursor]:
    cursor = db.connect(tmp_path / "some.duckdb")
    cursor.run("CREATE TABLE t (id INTEGER PRIMARY KEY, text VARCHAR)")
    yield cursor
    cursor.close()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY t TO '/tmp/stolen.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '10GB'",
    ],
)
@pytest.mark.parametrize("in_memory", [False, True])
def test_sql_reaches_nothing_but_the_database(
    tmp_path: Path, sql: str, in_memory: bool
) -> None:
    cursor = db.connect(None if in_memory else tmp_path / "some.duckdb")
    cursor.run("CREATE TABLE t (id INTEGER)")
    with pytest.raises(StoreUnavailable):
        cursor.run(sql)
    cursor.close()


def test_the_file_can_be_read_by_the_releases_before(cursor: Cursor) -> None:
    row = cursor.row("SELECT tags FROM duckdb_databases() WHERE database_name = 'some'")
    assert row is not None
    assert "v1.4.0" in str(row["tags"])


def test_errors_show_neither_sql_nor_paths(cursor: Cursor, tmp_path: Path) -> None:
    for sql in ("SELECT secret FROM t", "SELECT 'secret'::INTEGER", "secret"):
        with pytest.raises(StoreUnavailable) as caught:
            cursor.run(sql)
        assert "secret" not in str(caught.value)
        assert caught.value.hint


def test_every_error_of_duckdb_becomes_one_of_ours() -> None:
    kinds = [
        each
        for each in vars(duckdb).values()
        if isinstance(each, type) and issubclass(each, duckdb.Error)
    ]
    assert len(kinds) > 20
    for kind in kinds:
        with pytest.raises(LLMChatError), db._translated():
            raise kind("something")


def test_an_id_twice_is_a_conflict(cursor: Cursor) -> None:
    cursor.run("INSERT INTO t VALUES (1, 'a')")
    with pytest.raises(Conflict):
        cursor.run("INSERT INTO t VALUES (1, 'b')")


def test_a_transaction_is_whole_or_nothing(cursor: Cursor) -> None:
    with pytest.raises(ValueError, match="stop"), cursor.transaction():
        cursor.run("INSERT INTO t VALUES (1, 'a')")
        raise ValueError("stop")
    assert cursor.rows("SELECT * FROM t") == []
    with cursor.transaction():
        cursor.run("INSERT INTO t VALUES (1, 'a')")
    assert cursor.rows("SELECT * FROM t") == [{"id": 1, "text": "a"}]


def test_importing_the_store_does_not_load_duckdb() -> None:
    code = "import sys, jupyter_llmchat.store; sys.exit('duckdb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
