"""Table `messages`: questions and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_llmchat.errors import NotFound
from jupyter_llmchat.protocol.ids import PREPARATORY
from jupyter_llmchat.protocol.resources import Message, MessageState, StageText

from . import chunks
from .columns import Moment, from_json, seconds, to_json
from .records import EndedTurn, NewTurn, WholeTurn

if TYPE_CHECKING:
    from .db import Cursor, Row

_COLUMNS = (
    "id, session_id, turn_id, role, text, stages, state, created_us, tokens,"
    " processing_ms, model, parameters, prompt_template"
)
_INSERT = (
    "INSERT INTO messages (id, seq, session_id, turn_id, role, state, created_us, text,"
    " stages, tokens, processing_ms, model, parameters, prompt_template)"
)
_PLACES = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_NOTHING = ("", "[]", 0, None)
"""Text, stages, tokens and time of an answer that has not begun."""


def add_question(cursor: Cursor, new: NewTurn, now: Moment) -> None:
    cursor.run(f"{_INSERT} VALUES {_PLACES}", *_question(new, now))


def add_answer(cursor: Cursor, new: NewTurn, now: Moment) -> None:
    """An answer without any text yet."""
    values = _answer(new, now, "streaming", _NOTHING)
    cursor.run(f"{_INSERT} VALUES {_PLACES}", *values)


def add_both(cursor: Cursor, whole: WholeTurn, asked: Moment, answered: Moment) -> None:
    """The question and an answer that is final."""
    new, ended = whole.new, whole.ended
    cursor.run(
        f"{_INSERT} VALUES {_PLACES}, {_PLACES}",
        *_question(new, asked),
        *_answer(new, answered, ended.state, _content(ended, ended.stages)),
    )


def end_answer(cursor: Cursor, ended: EndedTurn, said: tuple[StageText, ...]) -> None:
    cursor.run(
        "UPDATE messages SET text = ?, stages = ?, tokens = ?, processing_ms = ?,"
        " state = ? WHERE id = ?",
        *(*_content(ended, said), ended.state, ended.answer_id),
    )


def of_session(cursor: Cursor, session_id: str) -> tuple[Message, ...]:
    """Oldest first; an unfinished answer with what has been said so far."""
    rows = cursor.rows(
        f"SELECT {_COLUMNS} FROM messages WHERE session_id = ? ORDER BY seq", session_id
    )
    return tuple(_message(cursor, row) for row in rows)


def get(cursor: Cursor, message_id: str) -> Message:
    """As `of_session`; raises NotFound."""
    row = cursor.row(f"SELECT {_COLUMNS} FROM messages WHERE id = ?", message_id)
    if row is None:
        raise NotFound("There is no such message.", "Look at the conversation.")
    return _message(cursor, row)


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
    told = (each.text.strip() for each in said if each.stage not in PREPARATORY)
    return "\n\n".join(text for text in told if text)


def _question(new: NewTurn, now: Moment) -> tuple[Any, ...]:
    """Values for _INSERT."""
    return (
        *(new.message_id, now.seq, new.session_id, new.turn_id, "user", "complete"),
        *(now.us, new.question, "[]", 0, None, None, "{}", None),
    )


def _answer(
    new: NewTurn, now: Moment, state: MessageState, content: tuple[Any, ...]
) -> tuple[Any, ...]:
    """Values for _INSERT."""
    return (
        *(new.answer_id, now.seq, new.session_id, new.turn_id, "assistant", state),
        *(now.us, *content),
        *(new.model, to_json(new.parameters), new.prompt_template),
    )


def _content(ended: EndedTurn, said: tuple[StageText, ...]) -> tuple[Any, ...]:
    """Text, stages, tokens and time."""
    return (
        *(_text(said), to_json(msgspec.to_builtins(said)), ended.tokens),
        ended.metrics.total_ms if ended.metrics else None,
    )
