"""Table `sessions`: whose conversations there are, and when they were last used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_llmchat.errors import NotFound
from jupyter_llmchat.protocol.resources import Session

from .columns import Moment, from_json, seconds

if TYPE_CHECKING:
    from .db import Cursor, Row

_COLUMNS = "id, title, created_us, updated_us, messages, config"
_TITLE_CHARS = 80
_OF_TURNS = ("message_chunks", "decisions", "metrics", "responses")
"""Tables with rows of single turns."""


def add(
    cursor: Cursor, owner: str, session_id: str, title: str, config: str, now: Moment
) -> Session:
    """A new session; `config` is JSON text. Adding it again changes nothing."""
    cursor.run(
        "INSERT INTO sessions (id, owner, title, config, messages, created_us,"
        " updated_us, used_seq) VALUES (?, ?, ?, ?, 0, ?, ?, ?)"
        " ON CONFLICT (id) DO NOTHING",
        *(session_id, owner, title, config, now.us, now.us, now.seq),
    )
    return get(cursor, owner, session_id)


def of_owner(cursor: Cursor, owner: str) -> tuple[Session, ...]:
    """The one used last first."""
    rows = cursor.rows(
        f"SELECT {_COLUMNS} FROM sessions WHERE owner = ? ORDER BY used_seq DESC",
        owner,
    )
    return tuple(_session(row) for row in rows)


def get(cursor: Cursor, owner: str, session_id: str) -> Session:
    """Raises NotFound, for a session of someone else too."""
    row = cursor.row(
        f"SELECT {_COLUMNS} FROM sessions WHERE id = ? AND owner = ?",
        session_id,
        owner,
    )
    if row is None:
        raise NotFound(
            "There is no such conversation.", "Choose one from the list or start anew."
        )
    return _session(row)


def change(
    cursor: Cursor, owner: str, session_id: str, title: str | None, config: str | None
) -> Session:
    """What is None stays; `config` is JSON text. Raises NotFound."""
    get(cursor, owner, session_id)
    cursor.run(
        "UPDATE sessions SET title = coalesce(?, title), config = coalesce(?, config)"
        " WHERE id = ?",
        *(title, config, session_id),
    )
    return get(cursor, owner, session_id)


def remove(cursor: Cursor, owner: str, session_id: str) -> None:
    """With all that was said in it. Raises NotFound."""
    get(cursor, owner, session_id)
    for table in _OF_TURNS:
        cursor.run(
            f"DELETE FROM {table} WHERE turn_id IN"
            " (SELECT id FROM turns WHERE session_id = ?)",
            session_id,
        )
    for table in ("messages", "turns"):
        cursor.run(f"DELETE FROM {table} WHERE session_id = ?", session_id)
    cursor.run("DELETE FROM sessions WHERE id = ?", session_id)


def note_use(cursor: Cursor, session_id: str, now: Moment) -> None:
    """Notes that the session has been used."""
    cursor.run(
        "UPDATE sessions SET updated_us = ?, used_seq = ? WHERE id = ?",
        *(now.us, now.seq, session_id),
    )


def note_question(cursor: Cursor, session: Session, question: str, now: Moment) -> None:
    """Counts a question and its answer; without a title the session is named after it:
    by its first line."""
    lines = (line.strip() for line in question.splitlines())
    title = session.title or next((line for line in lines if line), "")[:_TITLE_CHARS]
    cursor.run(
        "UPDATE sessions SET messages = messages + 2, updated_us = ?, used_seq = ?,"
        " title = ? WHERE id = ?",
        *(now.us, now.seq, title, session.id),
    )


def _session(row: Row) -> Session:
    return Session(
        id=row["id"],
        title=row["title"],
        created=seconds(row["created_us"]),
        updated=seconds(row["updated_us"]),
        messages=row["messages"],
        config=from_json(row["config"]),
    )
