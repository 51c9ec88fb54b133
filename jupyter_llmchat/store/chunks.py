"""Table `message_chunks`: text of answers that are still being written.

Rows are only ever inserted; when its turn ends they become the message and go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jupyter_llmchat.protocol.ids import STAGES, Stage
from jupyter_llmchat.protocol.resources import StageText

from .columns import Moment

if TYPE_CHECKING:
    from .db import Cursor


def add(cursor: Cursor, turn_id: str, stage: Stage, text: str, now: Moment) -> None:
    """More text of a stage. Adding the same moment again changes nothing."""
    cursor.run(
        "INSERT INTO message_chunks (turn_id, seq, stage, text) SELECT ?, ?, ?, ?"
        " WHERE NOT EXISTS (SELECT 1 FROM message_chunks WHERE seq = ?)",
        *(turn_id, now.seq, stage, text, now.seq),
    )


def stages(cursor: Cursor, turn_id: str) -> tuple[StageText, ...]:
    """What has been said so far, in reading order."""
    rows = cursor.rows(
        "SELECT stage, string_agg(text, '' ORDER BY seq) AS text FROM message_chunks"
        " WHERE turn_id = ? GROUP BY stage",
        turn_id,
    )
    said = (StageText(stage=row["stage"], text=row["text"]) for row in rows)
    return tuple(sorted(said, key=lambda each: STAGES.index(each.stage)))


def remove(cursor: Cursor, turn_id: str) -> None:
    cursor.run("DELETE FROM message_chunks WHERE turn_id = ?", turn_id)


def remove_all(cursor: Cursor, turn_ids: Sequence[str]) -> None:
    cursor.run(
        "DELETE FROM message_chunks WHERE turn_id IN (SELECT unnest(?))", list(turn_ids)
    )
