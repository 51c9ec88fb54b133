"""Table `messages`: questions and answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_llmchat.errors import NotFound
from jupyter_llmchat.protocol.ids import PREPARATORY
from jupyter_llmchat.protocol.resources import (
    Message,
    MessageList,
    MessageState,
    Session,
    StageText,
)

from . import chunks, search_index
from .columns import (
    Moment,
    columnwise,
    from_json,
    in_places,
    seconds,
    to_json,
)
from .records import EndedTurn, NewTurn, WholeTurn

if TYPE_CHECKING:
    from .db import Cursor, Row

_COLUMNS = (
    "id, session_id, turn_id, role, text, stages, state, created_us, tokens,"
    " processing_ms, model, parameters, prompt_template, parent_id"
)
_INSERT = (
    "INSERT INTO messages (id, seq, session_id, session_key, turn_id, parent_id, role,"
    " state, created_us, text, stages, tokens, processing_ms, model, parameters,"
    " prompt_template)"
)
_PLACES = "(?, ?, ?, md5_number_lower(?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_COLUMNWISE = _PLACES.strip("()").replace("?", "unnest(?)")
_OF_SESSION = "session_key = md5_number_lower(?)"
_AT_ONCE = (4, 16, 32, 48, 64)
"""So many rows by their ids: with more the index is not used, and each number is
another statement to be parsed."""
_NOTHING = ("", "[]", 0, None)
"""Text, stages, tokens and time of an answer that has not begun."""


def add_question(cursor: Cursor, new: NewTurn, now: Moment) -> None:
    cursor.run(f"{_INSERT} VALUES {_PLACES}", *_question(new, now))


def add_answer(cursor: Cursor, new: NewTurn, now: Moment) -> None:
    """An answer without any text yet."""
    values = _answer(new, now, "streaming", _NOTHING)
    cursor.run(f"{_INSERT} VALUES {_PLACES}", *values)


def add_all(cursor: Cursor, begun: Sequence[tuple[NewTurn, Moment, Moment]]) -> None:
    """Questions and empty answers, in one statement."""
    rows = [
        row
        for new, asked, answered in begun
        for row in (
            _question(new, asked),
            _answer(new, answered, "streaming", _NOTHING),
        )
    ]
    cursor.run(f"{_INSERT} SELECT {_COLUMNWISE}", *columnwise(rows))


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


def end_all(
    cursor: Cursor, ended: Sequence[tuple[EndedTurn, tuple[StageText, ...]]]
) -> None:
    """As `end_answer`, in two statements."""
    ids = [each.answer_id for each, _ in ended]
    places = in_places(ids)
    found = {
        row["id"]: row["seq"]
        for row in cursor.rows(
            f"SELECT id, seq FROM messages WHERE id IN ({places.sql})", *places.values
        )
    }
    rows = [
        (found[each.answer_id], *_content(each, said), each.state)
        for each, said in ended
    ]
    # Without the bounds all messages would be read.
    cursor.run(
        "UPDATE messages SET text = n.text, stages = n.stages, tokens = n.tokens,"
        " processing_ms = n.ms, state = n.state FROM (SELECT unnest(?) AS seq,"
        " unnest(?) AS text, unnest(?) AS stages, unnest(?) AS tokens,"
        " unnest(?::DOUBLE[]) AS ms, unnest(?) AS state) n"
        " WHERE messages.seq = n.seq AND messages.seq BETWEEN ? AND ?",
        *columnwise(rows),
        *(min(found.values()), max(found.values())),
    )


def of_session(cursor: Cursor, session_id: str) -> tuple[Message, ...]:
    """The conversation as it is shown, oldest first; an unfinished answer with what
    has been said so far."""
    rows = cursor.rows(
        f"SELECT id FROM messages WHERE {_OF_SESSION} AND is_current ORDER BY seq",
        session_id,
    )
    return _by_id(cursor, [row["id"] for row in rows])


def of_sessions(
    cursor: Cursor, sessions: Sequence[Session], since: int
) -> dict[str, tuple[Message, ...]]:
    """As `of_session`, by session. What is behind the place `since` is read first,
    and nothing else if that is all: most questions go on with what was said lately."""
    ids = [each.id for each in sessions]
    rows = _of_sessions(cursor, ids, since)
    if len(rows) < sum(each.messages for each in sessions):
        rows = _of_sessions(cursor, ids, 0)
    said: dict[str, list[Message]] = {each: [] for each in ids}
    for message in _by_id(cursor, [row["id"] for row in rows if row["is_current"]]):
        said[message.session_id].append(message)
    return {session_id: tuple(each) for session_id, each in said.items()}


def _of_sessions(cursor: Cursor, session_ids: Sequence[str], since: int) -> list[Row]:
    """Oldest first, of every version."""
    return cursor.rows(
        "SELECT id, is_current FROM messages WHERE seq >= ? AND session_key IN"
        " (SELECT md5_number_lower(unnest(?::VARCHAR[]))) ORDER BY seq",
        *(since, list(session_ids)),
    )


def page(
    cursor: Cursor, session_id: str, limit: int, before: int | None
) -> MessageList:
    """The last `limit` of those before the place that a later page named."""
    # The session's messages are found in one scan, which is what takes the time.
    rows = cursor.rows(
        "WITH every AS MATERIALIZED (SELECT id, seq, is_current FROM messages"
        f" WHERE {_OF_SESSION}) SELECT id, seq,"
        " (SELECT bool_or(NOT is_current) FROM every) AS has_versions"
        " FROM every WHERE is_current AND seq < coalesce(?, seq + 1)"
        " ORDER BY seq DESC LIMIT ?",
        *(session_id, before, limit + 1),
    )
    shown = rows[:limit]
    has_versions = any(row["has_versions"] for row in rows[:1])
    versions = _versions(cursor, session_id) if has_versions else {}
    return MessageList(
        messages=tuple(
            msgspec.structs.replace(each, versions=versions.get(each.turn_id, ()))
            if each.role == "user"
            else each
            for each in _by_id(cursor, [row["id"] for row in reversed(shown)])
        ),
        next=shown[-1]["seq"] if len(rows) > limit else None,
    )


def of_turns(
    cursor: Cursor, session_id: str, turn_ids: Sequence[str]
) -> tuple[Message, ...]:
    """As `of_session`, of these turns of the session, shown or not."""
    rows = cursor.rows(
        f"SELECT id FROM messages WHERE {_OF_SESSION}"
        " AND list_contains(?::VARCHAR[], turn_id) ORDER BY seq",
        *(session_id, list(turn_ids)),
    )
    return _by_id(cursor, [row["id"] for row in rows])


def parents(cursor: Cursor, session_id: str) -> dict[str, str | None]:
    """By turn the one that it follows, in the order they were asked; None for none."""
    rows = cursor.rows(
        f"SELECT turn_id, parent_id FROM messages WHERE {_OF_SESSION}"
        " AND role = 'user' ORDER BY seq",
        session_id,
    )
    return {row["turn_id"]: row["parent_id"] for row in rows}


def last_turn(cursor: Cursor, session_id: str) -> str | None:
    """The turn that the conversation, as it is shown, ends with."""
    row = cursor.row(
        f"SELECT turn_id FROM messages WHERE {_OF_SESSION} AND is_current"
        " ORDER BY seq DESC LIMIT 1",
        session_id,
    )
    return None if row is None else row["turn_id"]


def show(cursor: Cursor, session_id: str, turn_ids: Sequence[str]) -> None:
    """The conversation is shown with these turns and no others."""
    cursor.run(
        f"UPDATE messages SET is_current = NOT is_current WHERE {_OF_SESSION}"
        " AND is_current <> list_contains(?::VARCHAR[], turn_id)",
        *(session_id, list(turn_ids)),
    )


def follow(cursor: Cursor, session_id: str, turn_id: str, instead: str | None) -> None:
    """What follows a turn follows `instead` from now on."""
    cursor.run(
        f"UPDATE messages SET parent_id = ? WHERE {_OF_SESSION} AND parent_id = ?",
        *(instead, session_id, turn_id),
    )


def remove(cursor: Cursor, ids: Sequence[str]) -> None:
    for each in ids:
        search_index.forget_message(cursor, each)
        cursor.run("DELETE FROM messages WHERE id = ?", each)


def get(cursor: Cursor, message_id: str) -> Message:
    """As `of_session`; raises NotFound."""
    row = cursor.row(f"SELECT {_COLUMNS} FROM messages WHERE id = ?", message_id)
    if row is None:
        raise NotFound("There is no such message.", "Look at the conversation.")
    return _message(cursor, row)


def _by_id(cursor: Cursor, ids: Sequence[str]) -> tuple[Message, ...]:
    """In the order of their ids. Found one by one: a session's rows lie far apart, and
    to read them in one sweep takes ten times as long in a large table."""
    found: dict[str, Message] = {}
    for start in range(0, len(ids), _AT_ONCE[-1]):
        part = ids[start : start + _AT_ONCE[-1]]
        number = next(each for each in _AT_ONCE if each >= len(part))
        places = ", ".join("?" * number)
        rows = cursor.rows(
            f"SELECT {_COLUMNS} FROM messages WHERE id IN ({places})",
            *(*part, *[part[-1]] * (number - len(part))),
        )
        found |= {row["id"]: _message(cursor, row) for row in rows}
    return tuple(found[each] for each in ids)


def _versions(cursor: Cursor, session_id: str) -> dict[str, tuple[str, ...]]:
    """By turn all those at its place, oldest first, where there are several."""
    rows = cursor.rows(
        "SELECT list(turn_id ORDER BY seq) AS turns FROM messages"
        f" WHERE {_OF_SESSION} AND role = 'user' GROUP BY parent_id"
        " HAVING count(*) > 1",
        session_id,
    )
    return {turn: tuple(row["turns"]) for row in rows for turn in row["turns"]}


def _message(cursor: Cursor, row: Row) -> Message:
    text = row["text"]
    said = msgspec.convert(from_json(row["stages"]), tuple[StageText, ...])
    if row["state"] == "streaming":
        said = chunks.stages(cursor, row["turn_id"])
        text = text_of(said)
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
        parent=row["parent_id"],
    )


def text_of(said: tuple[StageText, ...]) -> str:
    """As `protocol.fold.TurnState.text`."""
    told = (each.text.strip() for each in said if each.stage not in PREPARATORY)
    return "\n\n".join(text for text in told if text)


def _question(new: NewTurn, now: Moment) -> tuple[Any, ...]:
    """Values for _INSERT."""
    return (
        *(new.message_id, now.seq, *_place(new), "user", "complete"),
        *(now.us, new.question, "[]", 0, None, None, "{}", None),
    )


def _answer(
    new: NewTurn, now: Moment, state: MessageState, content: tuple[Any, ...]
) -> tuple[Any, ...]:
    """Values for _INSERT."""
    return (
        *(new.answer_id, now.seq, *_place(new), "assistant", state),
        *(now.us, *content),
        *(new.model, to_json(new.parameters), new.prompt_template),
    )


def _place(new: NewTurn) -> tuple[str | None, ...]:
    """Session, its key, turn and the turn before it."""
    return (new.session_id, new.session_id, new.turn_id, new.parent_id)


def _content(ended: EndedTurn, said: tuple[StageText, ...]) -> tuple[Any, ...]:
    """Text, stages, tokens and time."""
    return (
        *(text_of(said), to_json(msgspec.to_builtins(said)), ended.tokens),
        ended.metrics.total_ms if ended.metrics else None,
    )
