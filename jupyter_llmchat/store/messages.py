"""Table `messages`: questions and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from jupyter_llmchat.protocol.resources import Message, StageText

from . import chunks
from .columns import Moment, from_json, seconds, to_json
from .records import EndedTurn, NewTurn

if TYPE_CHECKING:
    from .db import Cursor, Row

_INSERT = (
    "INSERT INTO messages (id, seq, session_id, turn_id, role, text, stages, state,"
    " created_us, tokens, processing_ms, model, parameters, prompt_template)"
    " VALUES (?, ?, ?, ?, ?, ?, '[]', ?, ?, 0, NULL, ?, ?, ?)"
)


def add_question(cursor: Cursor, new: NewTurn, now: Moment) -> None:
    cursor.run(
        _INSERT,
        *(new.message_id, now.seq, new.session_id, new.turn_id, "user", new.question),
        *("complete", now.us, None, "{}", None),
    )


def add_answer(cursor: Cursor, new: NewTurn, now: Moment) -> None:
    """An answer without any text yet."""
    cursor.run(
        _INSERT,
        *(new.answer_id, now.seq, new.session_id, new.turn_id, "assistant", ""),
        *("streaming", now.us),
        *(new.model, to_json(new.parameters), new.prompt_template),
    )


def end_answer(cursor: Cursor, ended: EndedTurn, said: tuple[StageText, ...]) -> None:
    cursor.run(
        "UPDATE messages SET text = ?, stages = ?, state = ?, tokens = ?,"
        " processing_ms = ? WHERE id = ?",
        *(_text(said), to_json(msgspec.to_builtins(said)), ended.state, ended.tokens),
        *(ended.metrics.total_ms if ended.metrics else None, ended.answer_id),
    )


def of_session(cursor: Cursor, session_id: str) -> tuple[Message, ...]:
    """Oldest first; an unfinished answer with what has been said so far."""
    rows = cursor.rows(
        "SELECT id, session_id, turn_id, role, text, stages, state, created_us,"
        " tokens, processing_ms, model, parameters, prompt_template"
        " FROM messages WHERE session_id = ? ORDER BY seq",
        session_id,
    )
    return tuple(_message(cursor, row) for row in rows)


def _message(cursor: Cursor, row: Row) -> Message:
    text = row["text"]
    said = msgspec.convert(from_json(row["stages"]), tuple[StageText, ...])
    if row["state"] == "streaming":
        said = chunks.stages(cursor, row["turn_id"])
        text = _text(said)
    return Message(
        id=row["id"],
        session_id=row["session_id"],
        turn_id=row["turn_id"],
        role=row["role"],
        text=text,
        stages=said,
        state=row["state"],
        created=seconds(row["created_us"]),
        tokens=row["tokens"],
        processing_ms=row["processing_ms"],
        model=row["model"],
        parameters=from_json(row["parameters"]),
        prompt_template=row["prompt_template"],
    )


def _text(said: tuple[StageText, ...]) -> str:
    """As `protocol.fold.TurnState.text`."""
    return "\n\n".join(each.text.strip() for each in said if each.text.strip())
