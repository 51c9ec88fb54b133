"""Conversations into the store, whole: SQL over all tables that hold some of it.

Nothing of a document decides where it goes: every id is new, the owner is the one who
imports, and times lie in the past.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_llmchat.protocol.events import (
    Event,
    Notice,
    Quality,
    Refinement,
    Revision,
    TurnMetrics,
)
from jupyter_llmchat.protocol.ids import new_id
from jupyter_llmchat.protocol.resources import Session
from jupyter_llmchat.transfer.document import SessionDocument, TurnDocument, path

from . import bulk, sessions
from .columns import Clock, to_json
from .messages import text_of

if TYPE_CHECKING:
    from .access import Access
    from .db import Cursor

Values = tuple[Any, ...]

_TURN = (
    *("id", "session_id", "client_message_id", "message_id", "answer_id", "state"),
    *("strategy", "finish_reason", "created_us", "ended_us", "refinement", "quality"),
    *("revisions", "notices", "is_imported"),
)
_MESSAGE = (
    *("id", "seq", "session_id", "session_key", "turn_id", "parent_id", "is_current"),
    *("role", "state", "created_us", "text", "stages", "tokens", "processing_ms"),
    *("model", "parameters", "prompt_template"),
)
_DECISION = (
    *("seq", "turn_id", "name", "options", "chosen", "calibrated", "tokens", "ms"),
    "source",
)
_METRICS = ("turn_id", *TurnMetrics.__struct_fields__)


class Importing:
    """All methods raise StoreUnavailable."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def add(self, owner: str, document: SessionDocument) -> Session:
        """A new conversation of the owner's, whole or not at all; its turns are marked
        as imported. The document has been checked."""
        session_id, clock = new_id(), self._access.clock
        return await self._access.write(
            lambda cursor: add(cursor, owner, session_id, document, clock)
        )


def add(
    cursor: Cursor, owner: str, session_id: str, document: SessionDocument, clock: Clock
) -> Session:
    """Adding it again changes nothing."""
    if cursor.row("SELECT id FROM sessions WHERE id = ?", session_id) is None:
        config = to_json(document.config)
        sessions.add(cursor, owner, session_id, document.title, config, clock.moment())
        rows = _Rows(session_id, _key(cursor, session_id), document, clock)
        bulk.insert(cursor, "turns", _TURN, rows.turns)
        bulk.insert(cursor, "messages", _MESSAGE, rows.messages)
        bulk.insert(cursor, "decisions", _DECISION, rows.decisions)
        bulk.insert(cursor, "metrics", _METRICS, rows.metrics)
        cursor.run(
            "UPDATE sessions SET messages = ?, created_us = ?, updated_us = ?"
            " WHERE id = ?",
            len(rows.messages),
            *(rows.past(document.created), rows.past(document.updated), session_id),
        )
    return sessions.get(cursor, owner, session_id)


class _Rows:
    """A document as rows of tables, with ids and places of their own."""

    def __init__(
        self, session_id: str, key: int, document: SessionDocument, clock: Clock
    ) -> None:
        self._session_id = session_id
        self._key = key
        self._clock = clock
        self._now_us = clock.moment().us
        self._ids = {each.id: new_id() for each in document.turns}
        self._shown = {each.id for each in path(document)}
        self.turns: list[Values] = []
        self.messages: list[Values] = []
        self.decisions: list[Values] = []
        self.metrics: list[Values] = []
        for turn in document.turns:
            self._add(turn)

    def past(self, moment: float) -> int:
        """Microseconds since the epoch, at most now."""
        return min(round(moment * 1_000_000), self._now_us)

    def _add(self, turn: TurnDocument) -> None:
        turn_id, question_id, answer_id = self._ids[turn.id], new_id(), new_id()
        ended = None if turn.ended is None else self.past(turn.ended)
        self.turns.append(
            (
                *(turn_id, self._session_id, new_id(), question_id, answer_id),
                *(turn.answer.state, turn.strategy, turn.finish_reason),
                *(self.past(turn.created), ended),
                *(_retold(turn_id, each) for each in (turn.refinement, turn.quality)),
                *(
                    _all_retold(turn_id, each)
                    for each in (turn.revisions, turn.notices)
                ),
                True,
            )
        )
        self.messages.append(self._question(question_id, turn))
        self.messages.append(self._answer(answer_id, turn))
        self.decisions += self._decisions(turn_id, turn)
        if turn.metrics is not None:
            figures = msgspec.structs.asdict(turn.metrics)
            figures["stages"] = to_json(turn.metrics.stages)
            self.metrics.append((turn_id, *figures.values()))

    def _question(self, message_id: str, turn: TurnDocument) -> Values:
        return (
            *(message_id, *self._place(turn), "user", "complete"),
            *(self.past(turn.created), turn.question, "[]", 0, None),
            *(None, "{}", None),
        )

    def _answer(self, message_id: str, turn: TurnDocument) -> Values:
        answer, metrics = turn.answer, turn.metrics
        return (
            *(message_id, *self._place(turn), "assistant", answer.state),
            *(self.past(answer.created), text_of(answer.stages)),
            *(to_json(msgspec.to_builtins(answer.stages)), answer.tokens),
            *(metrics.total_ms if metrics else None, answer.model),
            *(to_json(answer.parameters), answer.prompt_template),
        )

    def _place(self, turn: TurnDocument) -> Values:
        """From `seq` to `is_current`."""
        parent = None if turn.parent is None else self._ids[turn.parent]
        return (
            *(self._clock.moment().seq, self._session_id, self._key),
            *(self._ids[turn.id], parent, turn.id in self._shown),
        )

    def _decisions(self, turn_id: str, turn: TurnDocument) -> Iterator[Values]:
        for taken in turn.decisions:
            options = to_json(msgspec.to_builtins(taken.options))
            yield (
                *(self._clock.moment().seq, turn_id, taken.name, options),
                *(taken.chosen, taken.calibrated, taken.tokens, taken.ms),
                taken.source,
            )


def _key(cursor: Cursor, session_id: str) -> int:
    row = cursor.row("SELECT md5_number_lower(?) AS key", session_id)
    assert row is not None
    return int(row["key"])


def _retold(turn_id: str, event: Refinement | Quality | None) -> str | None:
    """As JSON, of the new turn; None for what is not there."""
    return None if event is None else to_json(_of(turn_id, event))


def _all_retold(turn_id: str, events: Sequence[Revision | Notice]) -> str | None:
    return to_json([_of(turn_id, each) for each in events]) if events else None


def _of(turn_id: str, event: Event) -> Any:
    return msgspec.to_builtins(msgspec.structs.replace(event, turn_id=turn_id))
