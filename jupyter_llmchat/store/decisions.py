"""Table `decisions`: what the model decided, with the probabilities it gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from jupyter_llmchat.protocol.events import Decision, Option
from jupyter_llmchat.protocol.resources import StoredDecision

from .columns import Moment, from_json, to_json

if TYPE_CHECKING:
    from .db import Cursor


def add(cursor: Cursor, turn_id: str, decision: Decision, now: Moment) -> None:
    """Adding the same moment again changes nothing."""
    cursor.run(
        "INSERT INTO decisions (seq, turn_id, name, options, chosen, calibrated,"
        " tokens, ms, source) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (seq) DO NOTHING",
        *(now.seq, turn_id, decision.name),
        *(to_json(msgspec.to_builtins(decision.options)), decision.chosen),
        *(decision.calibrated, decision.tokens, decision.ms, decision.source),
    )


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
