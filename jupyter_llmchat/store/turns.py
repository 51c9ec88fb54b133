"""Table `turns`: a question, its answer, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from jupyter_llmchat.errors import Conflict, NotFound
from jupyter_llmchat.protocol.events import (
    Decision,
    Notice,
    Quality,
    Refinement,
    Revision,
)
from jupyter_llmchat.protocol.ids import Stage
from jupyter_llmchat.protocol.resources import Session, Turn

from . import bulk, chunks, decisions, messages, metrics, sessions
from .columns import (
    Clock,
    Moment,
    columnwise,
    from_json,
    in_places,
    seconds,
    to_json,
)
from .records import BegunTurn, EndedTurn, NewTurn, Remembered, WholeTurn
from .together import Unusual

if TYPE_CHECKING:
    from .db import Cursor, Row

T = TypeVar("T")

_BEGUN = (
    *("id", "session_id", "client_message_id", "message_id", "answer_id", "state"),
    "created_us",
)
_ENDED = (
    *("state", "strategy", "finish_reason", "ended_us", "refinement", "quality"),
    *("revisions", "notices"),
)
_ENDED_VALUES = ", ".join(
    f"unnest(?::{'BIGINT' if each == 'ended_us' else 'VARCHAR'}[]) AS {each}"
    for each in _ENDED
)


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """A turn that is about to begin."""

    session: Session
    new: NewTurn
    asked: Moment
    answered: Moment


def begin(
    cursor: Cursor, session: Session, new: NewTurn, asked: Moment, answered: Moment
) -> BegunTurn:
    """Adds the question and an empty answer, unless the client did that before.

    They follow `new.parent_id`. Raises Conflict for an id in use.
    """
    # Looked up first: ON CONFLICT takes twice as long.
    known = begun(cursor, session.id, new.client_message_id, new.turn_id)
    if known is not None:
        return known
    cursor.run(
        f"INSERT INTO turns ({', '.join(_BEGUN)}) VALUES (?, ?, ?, ?, ?, ?, ?)",
        *_beginning(new, asked),
    )
    messages.add_question(cursor, new, asked)
    messages.add_answer(cursor, new, answered)
    sessions.note_question(cursor, session, new.question, answered)
    return _begun(new)


def begin_all(cursor: Cursor, begun: Sequence[Beginning]) -> list[BegunTurn]:
    """As `begin`, of turns in as many sessions, which none of the clients began
    before: Conflict, if one did."""
    rows = [_beginning(each.new, each.asked) for each in begun]
    bulk.insert(cursor, "turns", _BEGUN, rows)
    messages.add_all(cursor, [(each.new, each.asked, each.answered) for each in begun])
    sessions.note_all(
        cursor,
        [(each.session.id, each.answered) for each in begun],
        {each.session.id: (each.session, each.new.question) for each in begun},
    )
    return [_begun(each.new) for each in begun]


def append_text(
    cursor: Cursor, turn_id: str, stage: Stage, text: str, now: Moment
) -> None:
    """Raises NotFound, and Conflict for a turn that has ended."""
    if _row(cursor, turn_id)["state"] != "streaming":
        raise Conflict("The answer has ended already.", "Ask a new question.")
    chunks.add(cursor, turn_id, stage, text, now)


def add_decision(cursor: Cursor, turn_id: str, decision: Decision, now: Moment) -> None:
    """Raises NotFound."""
    decisions.add(cursor, _row(cursor, turn_id)["id"], decision, now)


def end(cursor: Cursor, ended: EndedTurn, now: Moment) -> None:
    """Makes the answer final; the first end stands. Raises NotFound."""
    row = _row(cursor, ended.turn_id)
    if row["state"] != "streaming":
        return
    cursor.run(
        f"UPDATE turns SET {', '.join(f'{each} = ?' for each in _ENDED)} WHERE id = ?",
        *(*_ending(ended, now), ended.turn_id),
    )
    said = ended.stages or chunks.stages(cursor, ended.turn_id)
    messages.end_answer(cursor, ended, said)
    chunks.remove(cursor, ended.turn_id)
    sessions.note_use(cursor, row["session_id"], now)
    if ended.metrics is not None:
        metrics.add(cursor, ended.turn_id, ended.metrics)


def end_all(cursor: Cursor, endings: Sequence[tuple[EndedTurn, Moment]]) -> None:
    """As `end`, of turns in as many sessions that are being answered; raises Unusual
    if one of them is not."""
    ids = [ended.turn_id for ended, _ in endings]
    places = in_places(ids)
    found = {
        row["id"]: row
        for row in cursor.rows(
            "SELECT id, session_id, created_us FROM turns"
            f" WHERE id IN ({places.sql}) AND state = 'streaming'",
            *places.values,
        )
    }
    if len(found) < len(endings) or not all(each.stages for each, _ in endings):
        raise Unusual
    used = [
        (found[each]["session_id"], now)
        for each, (_, now) in zip(ids, endings, strict=True)
    ]
    if len({session_id for session_id, _ in used}) < len(endings):
        raise Unusual
    begun = [row["created_us"] for row in found.values()]
    # Without the bounds all turns would be read.
    cursor.run(
        f"UPDATE turns SET {', '.join(f'{each} = n.{each}' for each in _ENDED)} FROM"
        f" (SELECT unnest(?) AS id, {_ENDED_VALUES}) n"
        " WHERE turns.id = n.id AND turns.created_us BETWEEN ? AND ?",
        *columnwise([(each.turn_id, *_ending(each, now)) for each, now in endings]),
        *(min(begun), max(begun)),
    )
    messages.end_all(cursor, [(each, each.stages) for each, _ in endings])
    chunks.remove_all(cursor, ids)
    sessions.note_all(cursor, used)
    measured = [(each.turn_id, each.metrics) for each, _ in endings if each.metrics]
    metrics.add_all(cursor, measured)


def add(
    cursor: Cursor, session: Session, whole: WholeTurn, moments: Sequence[Moment]
) -> BegunTurn:
    """A turn that has ended already.

    As `begin` and `end`, but with few statements, which is what takes the time.
    `moments` are as many as `whole.moments`. Raises Conflict also when the client began
    the turn before.
    """
    new, ended = whole.new, whole.ended
    asked, answered, *decided = moments
    sessions.note_question(cursor, session, new.question, answered)
    cursor.run(
        "INSERT INTO turns (id, session_id, client_message_id, message_id, answer_id,"
        " state, strategy, finish_reason, created_us, ended_us, refinement, quality,"
        " revisions, notices) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(new.turn_id, new.session_id, new.client_message_id),
        *(new.message_id, new.answer_id, ended.state, ended.strategy),
        *(ended.finish_reason, asked.us, answered.us),
        *_besides(ended),
    )
    messages.add_both(cursor, whole, asked, answered)
    decisions.add_all(cursor, new.turn_id, whole.decisions, decided)
    if ended.metrics is not None:
        metrics.add(cursor, new.turn_id, ended.metrics)
    return _begun(new)


def remove(cursor: Cursor, turn_id: str) -> None:
    """With its question, its answer and all that is known of them."""
    for table in sessions.OF_TURNS:
        cursor.run(f"DELETE FROM {table} WHERE turn_id = ?", turn_id)
    messages.remove(cursor, messages_of(cursor, turn_id))
    cursor.run("DELETE FROM turns WHERE id = ?", turn_id)


def messages_of(cursor: Cursor, turn_id: str) -> tuple[str, str]:
    """The ids of a turn's question and answer; raises NotFound."""
    row = _row(cursor, turn_id)
    return row["message_id"], row["answer_id"]


def session_of(cursor: Cursor, owner: str, turn_id: str) -> str:
    """The id of the session that a turn belongs to; raises as `get`."""
    return str(_row_of(cursor, owner, turn_id)["session_id"])


def get(cursor: Cursor, owner: str, turn_id: str) -> Turn:
    """Raises NotFound, for a turn of someone else too."""
    return _turn(cursor, _row_of(cursor, owner, turn_id))


def with_answer(cursor: Cursor, owner: str, turn_id: str) -> Remembered:
    """A turn and its answer, as `get`."""
    row = _row_of(cursor, owner, turn_id)
    answer = messages.get(cursor, row["answer_id"])
    return Remembered(turn=_turn(cursor, row), answer=answer)


def _row_of(cursor: Cursor, owner: str, turn_id: str) -> Row:
    row = _row(cursor, turn_id)
    sessions.get(cursor, owner, row["session_id"])
    return row


def _turn(cursor: Cursor, row: Row) -> Turn:
    turn_id = row["id"]
    return Turn(
        id=row["id"],
        session_id=row["session_id"],
        state=row["state"],
        created=seconds(row["created_us"]),
        strategy=row["strategy"],
        finish_reason=row["finish_reason"],
        metrics=metrics.of_turn(cursor, turn_id),
        decisions=decisions.of_turn(cursor, turn_id),
        refinement=_struct(row["refinement"], Refinement),
        quality=_struct(row["quality"], Quality),
        revisions=_struct(row["revisions"], tuple[Revision, ...]) or (),
        notices=_struct(row["notices"], tuple[Notice, ...]) or (),
    )


def interrupt_unfinished(cursor: Cursor, clock: Clock) -> None:
    """What a process that is gone was saying has been interrupted."""
    for row in cursor.rows(
        "SELECT id, answer_id FROM turns WHERE state = 'streaming' ORDER BY rowid"
    ):
        interrupted = EndedTurn(
            turn_id=row["id"],
            answer_id=row["answer_id"],
            state="interrupted",
            finish_reason="interrupted",
            strategy=None,
            metrics=None,
            stages=(),
            tokens=0,
        )
        end(cursor, interrupted, clock.moment())


def begun(
    cursor: Cursor, session_id: str, client_message_id: str, turn_id: str
) -> BegunTurn | None:
    """The turn that a question has, new if it is this one; None if it has none yet."""
    row = cursor.row(
        "SELECT id, message_id, answer_id FROM turns"
        " WHERE session_id = ? AND client_message_id = ?",
        *(session_id, client_message_id),
    )
    if row is None:
        return None
    return BegunTurn(
        turn_id=row["id"],
        message_id=row["message_id"],
        answer_id=row["answer_id"],
        # Not "was inserted just now": this may be the second run of the same write.
        is_new=row["id"] == turn_id,
    )


def _row(cursor: Cursor, turn_id: str) -> Row:
    row = cursor.row(
        "SELECT id, session_id, message_id, answer_id, state, strategy, finish_reason,"
        " created_us, refinement, quality, revisions, notices FROM turns WHERE id = ?",
        turn_id,
    )
    if row is None:
        raise NotFound("There is no such turn.", "Look at the conversation's messages.")
    return row


def _begun(new: NewTurn) -> BegunTurn:
    return BegunTurn(
        turn_id=new.turn_id,
        message_id=new.message_id,
        answer_id=new.answer_id,
        is_new=True,
    )


def _beginning(new: NewTurn, asked: Moment) -> tuple[Any, ...]:
    """Values of _BEGUN."""
    return (
        *(new.turn_id, new.session_id, new.client_message_id),
        *(new.message_id, new.answer_id, "streaming", asked.us),
    )


def _ending(ended: EndedTurn, now: Moment) -> tuple[Any, ...]:
    """Values of _ENDED."""
    return (
        *(ended.state, ended.strategy, ended.finish_reason, now.us),
        *_besides(ended),
    )


def _besides(ended: EndedTurn) -> tuple[str | None, ...]:
    """What is told beside the answer, in the order of _ENDED."""
    told = (ended.refinement, ended.quality, ended.revisions, ended.notices)
    return tuple(map(_json, told))


def _json(value: Any) -> str | None:
    """None for what is not there."""
    return to_json(msgspec.to_builtins(value)) if value else None


def _struct(column: str | None, kind: type[T]) -> T | None:
    return None if column is None else msgspec.convert(from_json(column), kind)
