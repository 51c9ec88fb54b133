"""Conversations out of the store, whole: SQL over all tables that hold some of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from jupyter_llmchat.errors import NotFound
from jupyter_llmchat.protocol.events import (
    Notice,
    Option,
    Quality,
    Refinement,
    Revision,
    TurnMetrics,
)
from jupyter_llmchat.protocol.resources import StageText, StoredDecision
from jupyter_llmchat.transfer.document import (
    TITLE_CHARS,
    AnswerDocument,
    Ended,
    SessionDocument,
    TurnDocument,
)

from . import chunks
from .columns import from_json, seconds

if TYPE_CHECKING:
    from .access import Access
    from .db import Cursor, Row

T = TypeVar("T")

MESSAGES_AT_ONCE = 4000
"""Conversations are read in parts of so many messages, or one by one where one alone
has more. Tables are read from end to end for each part."""

_IN_SESSIONS = "session_id IN (SELECT unnest(?::VARCHAR[]))"
_IN_TURNS = "turn_id IN (SELECT unnest(?::VARCHAR[]))"
_FIGURES = ", ".join(TurnMetrics.__struct_fields__)


class Exporting:
    """All methods raise StoreUnavailable."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def session(self, owner: str, session_id: str) -> SessionDocument:
        """As it is at the moment. Raises NotFound, for another owner's too."""
        found = await self._some(owner, [session_id])
        if not found:
            raise NotFound(
                "There is no such conversation.", "Choose one from the list."
            )
        return found[0]

    async def all(self, owner: str) -> AsyncIterator[SessionDocument]:
        """The owner's, a part in memory at a time, and the one used last at the end:
        imported in that order they are listed as they were.

        What is deleted before its turn comes is left out.
        """
        rows = await self._access.read(
            lambda cursor: cursor.rows(
                "SELECT id, messages FROM sessions WHERE owner = ? ORDER BY used_seq",
                owner,
            )
        )
        for part in _parts(rows):
            for each in await self._some(owner, part):
                yield each

    async def _some(self, owner: str, ids: Sequence[str]) -> list[SessionDocument]:
        return await self._access.read(lambda cursor: documents(cursor, owner, ids))


def documents(
    cursor: Cursor, owner: str, session_ids: Sequence[str]
) -> list[SessionDocument]:
    """Those of them that are the owner's, in the order of the ids."""
    rows = cursor.rows(
        "SELECT id, title, config, created_us, updated_us FROM sessions"
        " WHERE owner = ? AND id IN (SELECT unnest(?::VARCHAR[]))",
        *(owner, list(session_ids)),
    )
    found = {row["id"]: row for row in rows}
    said = _said(cursor, list(found))
    known = _known(cursor, [turn for each in said.values() for turn in each.questions])
    return [
        _session(cursor, found[each], said[each], known)
        for each in session_ids
        if each in found
    ]


@dataclass(frozen=True)
class _Said:
    """What was said in one conversation, by turn."""

    questions: dict[str, Row] = field(default_factory=dict)
    """In the order they were asked."""
    answers: dict[str, Row] = field(default_factory=dict)


@dataclass(frozen=True)
class _Known:
    """What else there is of turns, by turn."""

    turns: dict[str, Row]
    decisions: dict[str, list[StoredDecision]]
    metrics: dict[str, TurnMetrics]


def _said(cursor: Cursor, session_ids: list[str]) -> dict[str, _Said]:
    found = {each: _Said() for each in session_ids}
    rows = cursor.rows(
        "SELECT session_id, turn_id, parent_id, role, text, stages, state, created_us,"
        " tokens, model, parameters, prompt_template, is_current FROM messages"
        " WHERE session_key IN (SELECT md5_number_lower(unnest(?::VARCHAR[])))"
        f" AND {_IN_SESSIONS} ORDER BY seq",
        *(session_ids, session_ids),
    )
    for row in rows:
        said = found[row["session_id"]]
        by_turn = said.questions if row["role"] == "user" else said.answers
        by_turn[row["turn_id"]] = row
    return found


def _known(cursor: Cursor, turn_ids: list[str]) -> _Known:
    turns = cursor.rows(
        "SELECT id, strategy, finish_reason, ended_us, refinement, quality, revisions,"
        " notices FROM turns WHERE id IN (SELECT unnest(?::VARCHAR[]))",
        turn_ids,
    )
    figures = cursor.rows(
        f"SELECT turn_id, {_FIGURES} FROM metrics WHERE {_IN_TURNS}", turn_ids
    )
    return _Known(
        turns={row["id"]: row for row in turns},
        decisions=_decisions(cursor, turn_ids),
        metrics={row["turn_id"]: _metrics(row) for row in figures},
    )


def _decisions(cursor: Cursor, turn_ids: list[str]) -> dict[str, list[StoredDecision]]:
    found: dict[str, list[StoredDecision]] = {}
    for row in cursor.rows(
        "SELECT turn_id, name, options, chosen, calibrated, tokens, ms, source"
        f" FROM decisions WHERE {_IN_TURNS} ORDER BY seq",
        turn_ids,
    ):
        options = msgspec.convert(from_json(row["options"]), tuple[Option, ...])
        fields = {key: row[key] for key in row if key not in ("turn_id", "options")}
        taken = StoredDecision(options=options, **fields)
        found.setdefault(row["turn_id"], []).append(taken)
    return found


def _metrics(row: Row) -> TurnMetrics:
    return msgspec.convert(row | {"stages": from_json(row["stages"])}, TurnMetrics)


def _session(cursor: Cursor, row: Row, said: _Said, known: _Known) -> SessionDocument:
    whole = [each for each in said.questions if each in said.answers]
    shown = [each for each in whole if said.questions[each]["is_current"]]
    return SessionDocument(
        title=row["title"][:TITLE_CHARS],
        created=seconds(row["created_us"]),
        updated=seconds(row["updated_us"]),
        config=from_json(row["config"]),
        current=shown[-1] if shown else None,
        turns=tuple(_turn(cursor, each, said, known) for each in whole),
    )


def _turn(cursor: Cursor, turn_id: str, said: _Said, known: _Known) -> TurnDocument:
    question, row = said.questions[turn_id], known.turns[turn_id]
    parent = question["parent_id"]
    return TurnDocument(
        id=turn_id,
        parent=parent if parent in said.questions else None,
        created=seconds(question["created_us"]),
        ended=None if row["ended_us"] is None else seconds(row["ended_us"]),
        question=question["text"],
        answer=_answer(cursor, said.answers[turn_id]),
        strategy=row["strategy"],
        finish_reason=row["finish_reason"],
        metrics=known.metrics.get(turn_id),
        decisions=tuple(known.decisions.get(turn_id, ())),
        refinement=_struct(row["refinement"], Refinement),
        quality=_struct(row["quality"], Quality),
        revisions=_struct(row["revisions"], tuple[Revision, ...]) or (),
        notices=_struct(row["notices"], tuple[Notice, ...]) or (),
    )


def _answer(cursor: Cursor, row: Row) -> AnswerDocument:
    """One that is being written is told as far as it goes."""
    if row["state"] == "streaming":
        state: Ended = "interrupted"
        stages = chunks.stages(cursor, row["turn_id"])
    else:
        state = row["state"]
        stages = msgspec.convert(from_json(row["stages"]), tuple[StageText, ...])
    return AnswerDocument(
        stages=stages,
        state=state,
        created=seconds(row["created_us"]),
        tokens=row["tokens"],
        model=row["model"],
        parameters=from_json(row["parameters"]),
        prompt_template=row["prompt_template"],
    )


def _struct(column: str | None, kind: type[T]) -> T | None:
    return None if column is None else msgspec.convert(from_json(column), kind)


def _parts(rows: Sequence[dict[str, Any]]) -> Iterator[list[str]]:
    """Ids of conversations that are read together."""
    part: list[str] = []
    size = 0
    for row in rows:
        if part and size + row["messages"] > MESSAGES_AT_ONCE:
            yield part
            part, size = [], 0
        part.append(row["id"])
        # One without messages takes room, too.
        size += max(10, row["messages"])
    if part:
        yield part
