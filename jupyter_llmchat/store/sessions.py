"""Table `sessions`: whose conversations there are, and when they were last used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from jupyter_llmchat.errors import NotFound
from jupyter_llmchat.protocol.resources import Session, SessionList

from . import search_index
from .columns import Moment, columnwise, from_json, in_places, seconds

if TYPE_CHECKING:
    from .db import Cursor, Row

_COLUMNS = "id, title, created_us, updated_us, messages, config"
_TITLE_CHARS = 80
OF_TURNS = ("message_chunks", "decisions", "metrics", "responses")
"""Tables with rows of single turns."""


def add(
    cursor: Cursor, owner: str, session_id: str, title: str, config: str, now: Moment
) -> Session:
    """A new session; `config` is JSON text. Adding it again changes nothing."""
    cursor.run(
        "INSERT INTO sessions (id, owner, title, config, messages, created_us,"
        " updated_us, used_seq) SELECT ?, ?, ?, ?, 0, ?, ?, ?"
        # ON CONFLICT takes twice as long.
        " WHERE NOT EXISTS (SELECT 1 FROM sessions WHERE id = ?)",
        *(session_id, owner, title, config, now.us, now.us, now.seq, session_id),
    )
    return get(cursor, owner, session_id)


def of_owner(cursor: Cursor, owner: str) -> tuple[Session, ...]:
    """The one used last first."""
    rows = cursor.rows(
        f"SELECT {_COLUMNS} FROM sessions WHERE owner = ? ORDER BY used_seq DESC",
        owner,
    )
    return tuple(_session(row) for row in rows)


def page(cursor: Cursor, owner: str, limit: int, before: int | None) -> SessionList:
    """The `limit` used last, of those before the place that an earlier page named."""
    rows = cursor.rows(
        f"SELECT {_COLUMNS}, used_seq FROM sessions WHERE owner = ?"
        " AND used_seq < coalesce(?, used_seq + 1) ORDER BY used_seq DESC LIMIT ?",
        *(owner, before, limit + 1),
    )
    shown = rows[:limit]
    return SessionList(
        sessions=tuple(map(_session, shown)),
        next=shown[-1]["used_seq"] if len(rows) > limit else None,
    )


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
    search_index.forget_session(cursor, session_id)
    for table in OF_TURNS:
        cursor.run(
            f"DELETE FROM {table} WHERE turn_id IN"
            " (SELECT id FROM turns WHERE session_id = ?)",
            session_id,
        )
    for table in ("messages", "turns"):
        cursor.run(f"DELETE FROM {table} WHERE session_id = ?", session_id)
    cursor.run("DELETE FROM sessions WHERE id = ?", session_id)


def note_removal(cursor: Cursor, session_id: str) -> None:
    """Counts out a question and its answer."""
    cursor.run("UPDATE sessions SET messages = messages - 2 WHERE id = ?", session_id)


def note_use(cursor: Cursor, session_id: str, now: Moment) -> None:
    """Notes that the session has been used."""
    cursor.run(
        "UPDATE sessions SET updated_us = ?, used_seq = ? WHERE id = ?",
        *(now.us, now.seq, session_id),
    )


def some_of(cursor: Cursor, asked: Sequence[tuple[str, str]]) -> dict[str, Session]:
    """By id, given owner and id of each, without those that are another's."""
    places = in_places([session_id for _, session_id in asked])
    rows = cursor.rows(
        f"SELECT {_COLUMNS}, owner FROM sessions WHERE id IN ({places.sql})",
        *places.values,
    )
    wanted = set(asked)
    return {
        row["id"]: _session(row) for row in rows if (row["owner"], row["id"]) in wanted
    }


def note_all(
    cursor: Cursor,
    used: Sequence[tuple[str, Moment]],
    questions: Mapping[str, tuple[Session, str]] = MappingProxyType({}),
) -> None:
    """As `note_use`, and as `note_question` of those with a question, by id."""
    rows = []
    for session_id, now in used:
        asked = questions.get(session_id)
        title = None if asked is None else _title(*asked)
        rows.append((session_id, now.us, now.seq, 0 if asked is None else 2, title))
    cursor.run(
        "UPDATE sessions SET updated_us = n.us, used_seq = n.seq,"
        " messages = sessions.messages + n.asked,"
        " title = coalesce(n.title, sessions.title)"
        " FROM (SELECT unnest(?) AS id, unnest(?) AS us, unnest(?) AS seq,"
        " unnest(?) AS asked, unnest(?::VARCHAR[]) AS title) n"
        " WHERE sessions.id = n.id",
        *columnwise(rows),
    )


def note_question(cursor: Cursor, session: Session, question: str, now: Moment) -> None:
    """Counts a question and its answer; without a title the session is named after it:
    by its first line."""
    cursor.run(
        "UPDATE sessions SET messages = messages + 2, updated_us = ?, used_seq = ?,"
        " title = ? WHERE id = ?",
        *(now.us, now.seq, _title(session, question), session.id),
    )


def _title(session: Session, question: str) -> str:
    lines = (line.strip() for line in question.splitlines())
    return session.title or next((line for line in lines if line), "")[:_TITLE_CHARS]


def _session(row: Row) -> Session:
    return Session(
        id=row["id"],
        title=row["title"],
        created=seconds(row["created_us"]),
        updated=seconds(row["updated_us"]),
        messages=row["messages"],
        config=from_json(row["config"]),
    )
