"""Table `decisions`: what the model decided, with the probabilities it gave."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_llmchat.protocol.events import Decision, Option
from jupyter_llmchat.protocol.resources import StoredDecision

from .columns import Moment, from_json, to_json

if TYPE_CHECKING:
    from .db import Cursor

_INSERT = (
    "INSERT INTO decisions (seq, turn_id, name, options, chosen, calibrated, tokens,"
    " ms, source)"
)
_PLACES = "(?, ?, ?, ?, ?, ?, ?, ?, ?)"


def add(cursor: Cursor, turn_id: str, decision: Decision, now: Moment) -> None:
    """Adding the same moment again changes nothing."""
    cursor.run(
        f"{_INSERT} VALUES {_PLACES} ON CONFLICT (seq) DO NOTHING",
        *_values(turn_id, decision, now),
    )


def add_all(
    cursor: Cursor,
    turn_id: str,
    taken: Sequence[Decision],
    moments: Sequence[Moment],
) -> None:
    """All decisions of a turn that has none yet, a moment each."""
    if not taken:
        return
    rows = [
        _values(turn_id, decision, now)
        for decision, now in zip(taken, moments, strict=True)
    ]
    places = ", ".join([_PLACES] * len(rows))
    cursor.run(f"{_INSERT} VALUES {places}", *chain.from_iterable(rows))


def of_turn(cursor: Cursor, turn_id: str) -> tuple[StoredDecision, ...]:
    """In the order they were taken."""
    rows = cursor.rows(
        "SELECT name, options, chosen, calibrated, tokens, ms, source FROM decisions"
        " WHERE turn_id = ? ORDER BY seq",
        turn_id,
    )
    return tuple(
        StoredDecision(
            name=row["name"],
            options=msgspec.convert(from_json(row["options"]), tuple[Option, ...]),
            chosen=row["chosen"],
            calibrated=row["calibrated"],
            tokens=row["tokens"],
            ms=row["ms"],
            source=row["source"],
        )
        for row in rows
    )


def _values(turn_id: str, decision: Decision, now: Moment) -> tuple[Any, ...]:
    options = to_json(msgspec.to_builtins(decision.options))
    return (
        *(now.seq, turn_id, decision.name, options, decision.chosen),
        *(decision.calibrated, decision.tokens, decision.ms, decision.source),
    )
