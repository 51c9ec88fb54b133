"""Table `responses`: which turn answered what, by a key of all it depended on.

A row only refers to its turn. What has been deleted since is not found any more.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jupyter_llmchat.errors import NotFound

from . import bulk, turns
from .columns import Moment, in_places
from .records import Remembered

if TYPE_CHECKING:
    from .db import Cursor


KEPT = 64
"""Answers kept in memory, some kilobytes each."""


def remember(cursor: Cursor, key: str, turn_id: str, now: Moment) -> None:
    """The turn takes the place of the one that the key stood for before."""
    cursor.run(
        "INSERT INTO responses (key, turn_id, created_us) VALUES (?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET turn_id = excluded.turn_id,"
        " created_us = excluded.created_us",
        *(key, turn_id, now.us),
    )


def remember_all(cursor: Cursor, known: Sequence[tuple[str, str, Moment]]) -> None:
    """Keys and turns; raises Conflict for a key that stands for another turn."""
    rows = [(key, turn_id, now.us) for key, turn_id, now in known]
    bulk.insert(cursor, "responses", ("key", "turn_id", "created_us"), rows)


def are_known(cursor: Cursor, keys: Sequence[str]) -> bool:
    """Whether something is remembered by one of them."""
    places = in_places(keys)
    row = cursor.row(
        f"SELECT 1 FROM responses WHERE key IN ({places.sql}) LIMIT 1", *places.values
    )
    return row is not None


def find(cursor: Cursor, owner: str, key: str, recent: Recent) -> Remembered | None:
    """None where something of it is gone or cannot be read, or it is another's."""
    known = recent.get(key)
    if known is not None and _still_holds(cursor, owner, key, known):
        return known
    row = cursor.row("SELECT turn_id FROM responses WHERE key = ?", key)
    if row is None:
        return None
    try:
        found = turns.with_answer(cursor, owner, row["turn_id"])
    except (NotFound, ValueError):
        return None
    if found.turn.state != "complete":
        return None
    recent.keep(key, found)
    return found


def _still_holds(cursor: Cursor, owner: str, key: str, known: Remembered) -> bool:
    """Whether the key stands for this turn, and both it and its session are there."""
    turn = known.turn
    # One statement, since it is their number that takes the time.
    rows = cursor.rows(
        "SELECT turn_id AS id FROM responses WHERE key = ?"
        " UNION ALL SELECT session_id FROM turns WHERE id = ?"
        " UNION ALL SELECT id FROM sessions WHERE id = ? AND owner = ?",
        *(key, turn.id, turn.session_id, owner),
    )
    expected = (turn.id, turn.session_id, turn.session_id)
    return sorted(row["id"] for row in rows) == sorted(expected)


class Recent:
    """The answers found last, which are not read again: a complete one never changes.

    For many threads. Whether an answer still holds, the database is asked each time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: OrderedDict[str, Remembered] = OrderedDict()
        """By key, the one used last at the end."""

    def get(self, key: str) -> Remembered | None:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def keep(self, key: str, found: Remembered) -> None:
        with self._lock:
            self._found[key] = found
            self._found.move_to_end(key)
            if len(self._found) > KEPT:
                self._found.popitem(last=False)
