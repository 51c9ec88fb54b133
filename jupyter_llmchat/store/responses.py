"""Table `responses`: which turn answered what, by a key of all it depended on.

A row only refers to its turn. What has been deleted since is not found any more.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from jupyter_llmchat.errors import NotFound

from . import turns
from .columns import Moment
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


def find(cursor: Cursor, owner: str, key: str, recent: Recent) -> Remembered | None:
    """None where something of it is gone or cannot be read, or it is another's."""
    row = cursor.row("SELECT turn_id FROM responses WHERE key = ?", key)
    if row is None:
        return None
    turn_id = row["turn_id"]
    try:
        found = recent.get(turn_id)
        if found is None:
            found = turns.with_answer(cursor, owner, turn_id)
        else:
            turns.check(cursor, owner, turn_id)
    except (NotFound, ValueError):
        return None
    if found.turn.state != "complete":
        return None
    recent.keep(found)
    return found


class Recent:
    """The answers found last, which are not read again: a complete one never changes.

    For many threads. Whether an answer still exists, the database is asked each time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: OrderedDict[str, Remembered] = OrderedDict()
        """By turn, the one used last at the end."""

    def get(self, turn_id: str) -> Remembered | None:
        with self._lock:
            return self._found.get(turn_id)

    def keep(self, found: Remembered) -> None:
        with self._lock:
            self._found[found.turn.id] = found
            self._found.move_to_end(found.turn.id)
            if len(self._found) > KEPT:
                self._found.popitem(last=False)
