"""The peer: SQLite with FTS5, as Python brings it, with the same messages."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks.sayings import Query

_SCHEMA = """
CREATE TABLE sessions (id INTEGER PRIMARY KEY, title TEXT, used INTEGER);
CREATE INDEX used ON sessions (used);
CREATE TABLE messages (seq INTEGER PRIMARY KEY, session INTEGER, text TEXT);
CREATE INDEX of_session ON messages (session, seq);
CREATE VIRTUAL TABLE found USING fts5 (text, content='messages', content_rowid='seq');
"""


class Fts5:
    """Durable as DuckDB is: every commit waits for the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = sqlite3.connect(path)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        if not self._db.execute("SELECT * FROM sqlite_schema").fetchall():
            self._db.executescript(_SCHEMA)
        (self._messages,) = self._db.execute("SELECT count(*) FROM messages").fetchone()

    def close(self) -> None:
        self._db.close()

    def add_sessions(self, count: int) -> None:
        rows = ((number, f"title {number}", number) for number in range(count))
        with self._db:
            self._db.executemany("INSERT INTO sessions VALUES (?, ?, ?)", rows)

    def add(self, messages: Iterable[tuple[int, str]]) -> None:
        """Session and text of each."""
        rows = []
        for session, text in messages:
            self._messages += 1
            rows.append((self._messages, session, text))
        with self._db:
            self._db.executemany("INSERT INTO messages VALUES (?, ?, ?)", rows)
            self._db.executemany(
                "INSERT INTO found (rowid, text) VALUES (?, ?)",
                ((seq, text) for seq, _, text in rows),
            )

    def opened_ms(self) -> float:
        """How long opening and looking at it takes."""
        started = time.perf_counter()
        other = sqlite3.connect(self._path)
        other.execute("SELECT max(seq) FROM messages").fetchone()
        elapsed_ms = (time.perf_counter() - started) * 1e3
        other.close()
        return elapsed_ms

    def sessions(self, limit: int) -> list[tuple[int, str]]:
        sql = "SELECT id, title FROM sessions ORDER BY used DESC LIMIT ?"
        return self._db.execute(sql, (limit,)).fetchall()

    def last(self, session: int, limit: int) -> list[tuple[int, str]]:
        sql = (
            "SELECT seq, text FROM messages WHERE session = ? ORDER BY seq DESC LIMIT ?"
        )
        return self._db.execute(sql, (session, limit)).fetchall()

    def search(self, query: Query, limit: int) -> list[tuple[int, str]]:
        """Places and snippets, the best first."""
        words = [f'"{word}"' for word in query.words]
        if query.is_begun:
            words[-1] += "*"
        sql = (
            "SELECT f.rowid, snippet(found, 0, '<', '>', '…', 24), m.session, s.title"
            " FROM found f JOIN messages m ON m.seq = f.rowid"
            " JOIN sessions s ON s.id = m.session"
            " WHERE found MATCH ? ORDER BY f.rank LIMIT ?"
        )
        return self._db.execute(sql, (" ".join(words), limit)).fetchall()

    def acknowledge(self, session: int, text: str) -> float:
        """Milliseconds to store one message; searching finds it at once."""
        started = time.perf_counter()
        self.add([(session, text)])
        return (time.perf_counter() - started) * 1e3

    def back_up(self, target: Path) -> float:
        """Seconds."""
        started = time.perf_counter()
        copy = sqlite3.connect(target)
        self._db.backup(copy)
        copy.close()
        return time.perf_counter() - started
