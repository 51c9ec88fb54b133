from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.errors import StoreUnavailable
from jupyter_llmchat.store import Store, db
from jupyter_llmchat.store.db import Cursor
from jupyter_llmchat.store.faults import Unsupported
from jupyter_llmchat.store.migrations import (
    MIGRATIONS,
    Migration,
    check,
    migrate,
    version,
)

from .builders import new_turn

NEXT = Migration(
    version=MIGRATIONS[-1].version + 1,
    name="pinned sessions",
    statements=(
        "ALTER TABLE sessions ADD COLUMN pinned BOOLEAN DEFAULT false",
        "UPDATE sessions SET pinned = true WHERE title = 'old'",
    ),
)
ADD_SESSION = "INSERT INTO sessions VALUES ('id', 'ada', 'old', '{}', 0, 1, 1, 1)"


@pytest.fixture
def cursor(tmp_path: Path) -> Iterator[Cursor]:
    cursor = db.connect(tmp_path / "chat.duckdb")
    yield cursor
    cursor.close()


def tables(cursor: Cursor) -> set[str]:
    found = cursor.rows("SELECT table_name FROM duckdb_tables() WHERE NOT internal")
    return {row["table_name"] for row in found}


def test_versions_count_up_from_one() -> None:
    assert [m.version for m in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))


def test_an_empty_file_gets_every_table(cursor: Cursor) -> None:
    assert version(cursor) == 0
    migrate(cursor)
    assert version(cursor) == MIGRATIONS[-1].version
    assert tables(cursor) == {
        "schema_version",
        "sessions",
        "turns",
        "messages",
        "message_chunks",
        "decisions",
        "metrics",
        "responses",
        "search_documents",
        "search_titles",
        "search_postings",
        "search_segments",
    }


def test_there_are_no_foreign_keys_and_no_secondary_indexes(cursor: Cursor) -> None:
    migrate(cursor)
    assert cursor.rows("SELECT * FROM duckdb_indexes()") == []
    kinds = cursor.rows(
        "SELECT DISTINCT constraint_type AS k FROM duckdb_constraints()"
    )
    assert {row["k"] for row in kinds} == {"NOT NULL", "PRIMARY KEY", "UNIQUE"}


def test_a_second_time_nothing_happens(cursor: Cursor) -> None:
    migrate(cursor)
    cursor.run(ADD_SESSION)
    migrate(cursor)
    assert len(cursor.rows("SELECT * FROM schema_version")) == len(MIGRATIONS)
    assert len(cursor.rows("SELECT * FROM sessions")) == 1


@pytest.mark.parametrize("start", range(len(MIGRATIONS) + 1))
def test_a_file_of_any_version_is_brought_up_to_date(
    cursor: Cursor, start: int
) -> None:
    for migration in MIGRATIONS[:start]:
        migrate(cursor, MIGRATIONS[: migration.version])
    if start:
        cursor.run(ADD_SESSION)
    migrate(cursor, (*MIGRATIONS, NEXT))
    assert version(cursor) == NEXT.version
    pinned = cursor.rows("SELECT pinned FROM sessions")
    assert pinned == ([{"pinned": True}] if start else [])


def test_a_step_that_fails_leaves_the_version_before_it(cursor: Cursor) -> None:
    migrate(cursor)
    cursor.run(ADD_SESSION)
    broken = Migration(
        version=NEXT.version, name="broken", statements=(*NEXT.statements, "NO SQL")
    )
    with pytest.raises(StoreUnavailable):
        migrate(cursor, (*MIGRATIONS, broken))
    assert version(cursor) == MIGRATIONS[-1].version
    assert "pinned" not in (cursor.row("SELECT * FROM sessions") or {})
    migrate(cursor, (*MIGRATIONS, NEXT))
    assert version(cursor) == NEXT.version


def test_a_newer_version_is_refused_by_name(cursor: Cursor) -> None:
    migrate(cursor, (*MIGRATIONS, NEXT))
    with pytest.raises(Unsupported, match=rf"schema {NEXT.version}.*Upgrade"):
        check(cursor)
    with pytest.raises(Unsupported):
        migrate(cursor)


def test_a_foreign_database_is_refused(cursor: Cursor) -> None:
    cursor.run("CREATE TABLE sessions (mine INTEGER)")
    with pytest.raises(Unsupported, match="another program"):
        migrate(cursor)
    assert tables(cursor) == {"sessions"}


def old_conversation(cursor: Cursor, session: str, seq: int, turns: int) -> None:
    """A session as versions 1 and 2 had it, with every second place left free."""
    cursor.run(
        "INSERT INTO sessions VALUES (?, 'ada', 'old', '{}', ?, 1, 1, ?)",
        *(session, 2 * turns, seq),
    )
    for number in range(turns):
        turn, place = f"{session}-t{number}", seq + 4 * number
        cursor.run(
            "INSERT INTO turns (id, session_id, client_message_id, message_id,"
            " answer_id, state, created_us) VALUES (?, ?, ?, ?, ?, 'complete', 1)",
            *(turn, session, f"c{number}", f"{turn}q", f"{turn}a"),
        )
        for id, role, text in (("q", "user", "Why?"), ("a", "assistant", "So.")):
            cursor.run(
                "INSERT INTO messages (id, seq, session_id, turn_id, role, text,"
                " stages, state, created_us, tokens, parameters)"
                " VALUES (?, ?, ?, ?, ?, ?, '[]', 'complete', 1, 1, '{}')",
                *(turn + id, place + (id == "a"), session, turn, role, text),
            )


@pytest.mark.parametrize("start", [1, 2])
async def test_conversations_without_versions_are_one_path(
    tmp_path: Path, start: int
) -> None:
    path = tmp_path / "chat.duckdb"
    cursor = db.connect(path)
    migrate(cursor, MIGRATIONS[:start])
    old_conversation(cursor, "one", 1, 70)
    old_conversation(cursor, "two", 3, 2)
    cursor.close()
    store = await Store.open(StoreConfig(path=path))
    page = await store.branches.page("ada", "one")
    turns = [each.turn_id for each in page.messages[::2]]
    assert turns == [f"one-t{number}" for number in range(70)]
    assert [each.parent for each in page.messages[::2]] == [None, *turns[:-1]]
    begun = await store.begin_turn("ada", new_turn("two"))
    await store.branches.remove("ada", "two-t1")
    question = (await store.branches.page("ada", "two")).messages[2]
    assert (question.turn_id, question.parent) == (begun.turn_id, "two-t0")
    await store.close()
