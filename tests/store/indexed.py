"""A database with messages that are in the search index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from jupyter_llmchat.store import db, search_index
from jupyter_llmchat.store.db import Cursor
from jupyter_llmchat.store.migrations import migrate


@contextmanager
def database() -> Iterator[Cursor]:
    cursor = db.connect(None)
    migrate(cursor)
    yield cursor
    cursor.close()


def add_messages(
    cursor: Cursor, texts: Sequence[str], owner: str = "ada", first: int = 1
) -> None:
    """One session of the owner, a message a text, places from `first` on."""
    session = f"s{first}"
    cursor.run(
        "INSERT INTO sessions VALUES (?, ?, '', '{}', 0, 0, 0, 0)", session, owner
    )
    for place, text in enumerate(texts, first):
        cursor.run(
            "INSERT INTO messages (id, seq, session_id, turn_id, role, text, stages,"
            " state, created_us, tokens, parameters)"
            " VALUES (?, ?, ?, '', 'user', ?, '[]', 'complete', 0, 0, '{}')",
            *(f"m{place}", place, session, text),
        )


def index_all(cursor: Cursor) -> int:
    """How many documents were not in the index before."""
    place = iter(range(1_000_000, 2_000_000))
    found = search_index.messages_waiting(cursor, 0, 1000)
    found += search_index.titles_waiting(cursor, lambda: next(place), 1000)
    search_index.add(cursor, [search_index.count(each) for each in found])
    return len(found)


def rows_of(cursor: Cursor) -> dict[str, int]:
    """Rows by table of the index."""
    counts = {}
    for table in search_index.TABLES:
        row = cursor.row(f"SELECT count(*) AS n FROM {table}")
        assert row is not None
        counts[table] = row["n"]
    return counts
