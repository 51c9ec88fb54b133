"""What a search has found, as it is shown: a message or a title with its session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .db import Cursor, Row

_AT_ONCE = (4, 32, 128)
"""So many rows by their ids: each number is another statement to be parsed."""


def documents(cursor: Cursor, owner: str, docs: Sequence[int]) -> dict[int, Row]:
    """By document; without those that are gone or another's.

    Small steps: one statement that joins it all reads far more of a large table.
    """
    if not docs:
        return {}
    titles = cursor.rows(
        "SELECT doc, session_id, 'title' AS role FROM search_titles"
        " WHERE doc IN (SELECT unnest(?))",
        docs,
    )
    found = {
        row["doc"]: {"id": None, "turn_id": None, "is_current": True, **row}
        for row in (*titles, *_messages(cursor, docs))
    }
    wanted = {row["session_id"] for row in found.values()}
    sessions = _sessions(cursor, owner, sorted(wanted))
    return {
        doc: {"text": session["title"], **session, **row}
        for doc, row in found.items()
        if (session := sessions.get(row["session_id"]))
    }


def _messages(cursor: Cursor, docs: Sequence[int]) -> Iterator[Row]:
    # By their ids, because texts found by anything else are read with all around them.
    found = cursor.rows("SELECT id FROM messages WHERE seq IN (SELECT unnest(?))", docs)
    for places, ids in _portions([row["id"] for row in found]):
        yield from cursor.rows(
            "SELECT seq AS doc, id, session_id, turn_id, role, text, created_us,"
            f" is_current FROM messages WHERE id IN ({places})",
            *ids,
        )


def _sessions(cursor: Cursor, owner: str, ids: Sequence[str]) -> dict[str, Row]:
    return {
        row["session_id"]: row
        for places, some in _portions(ids)
        for row in cursor.rows(
            "SELECT id AS session_id, title, created_us FROM sessions"
            f" WHERE id IN ({places}) AND owner = ?",
            *(*some, owner),
        )
    }


def _portions(ids: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Places for so many parameters, and these; filled up with the last one."""
    for start in range(0, len(ids), _AT_ONCE[-1]):
        some = list(ids[start : start + _AT_ONCE[-1]])
        number = next(each for each in _AT_ONCE if each >= len(some))
        yield ", ".join("?" * number), some + some[-1:] * (number - len(some))
