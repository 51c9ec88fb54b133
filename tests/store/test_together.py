from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.errors import Conflict, NotFound
from jupyter_llmchat.protocol.resources import Message, Session
from jupyter_llmchat.store import BegunTurn, NewTurn, Store
from jupyter_llmchat.store.records import Remembered
from jupyter_llmchat.store.together import Joined, can_join, perform

from .builders import decision, ended, new_turn

Log = list[str]


class Asked:
    """A question as the store is asked to take it."""

    replaces = None

    def __init__(self, new: NewTurn, key: str | None = None) -> None:
        self._new = new
        self._key = key
        self.turn_id = new.turn_id
        self.client_message_id = new.client_message_id
        self.before: tuple[str, ...] = ()

    def key(self, session: Session, messages: tuple[Message, ...]) -> str | None:
        self.before = tuple(message.text for message in messages)
        return self._key

    def turn(self, remembered: Remembered | None) -> NewTurn:
        return self._new


def joined(log: Log, kind: Callable[..., Any], item: int) -> Joined[int, str]:
    def alone(cursor: Any) -> str:
        log.append(f"alone {item}")
        return f"alone {item}"

    return Joined(item, kind, alone)


def both(log: Log) -> Callable[[Any, Sequence[int]], list[str]]:
    def together(cursor: Any, items: Sequence[int]) -> list[str]:
        log.append(f"together {list(items)}")
        return [f"together {item}" for item in items]

    return together


def test_those_of_a_kind_are_made_where_the_last_of_them_stands() -> None:
    log: Log = []
    kind, other = both(log), both(log)

    def plain(cursor: Any) -> str:
        log.append("plain")
        return "plain"

    works = [
        *(joined(log, kind, 1), plain, joined(log, other, 2)),
        *(joined(log, kind, 3), plain),
    ]
    assert can_join(works)
    results = perform(None, works)  # type: ignore[arg-type]
    assert log == ["plain", "alone 2", "together [1, 3]", "plain"]
    assert results == ["together 1", "plain", "alone 2", "together 3", "plain"]


def test_one_of_a_kind_cannot_be_joined() -> None:
    log: Log = []
    assert not can_join([joined(log, both(log), 1), joined(log, both(log), 2)])


@pytest.fixture
async def grouping(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[Store]:
    """A store whose writes all come together."""
    caplog.set_level(logging.DEBUG, "jupyter_llmchat.store.database")
    store = await Store.open(StoreConfig(path=tmp_path / "g.duckdb", group_ms=200))
    await store.indexing.stop()
    yield store
    await store.close()


def apart(caplog: pytest.LogCaptureFixture) -> int:
    """How many groups could not be made together."""
    return caplog.text.count("are made one by one")


async def take(store: Store, session_id: str, question: str, **given: str) -> BegunTurn:
    new = new_turn(session_id, question=question, **given)
    return await store.take_turn("ada", session_id, Asked(new, key=new.turn_id))


async def test_many_questions_and_answers_at_once_are_stored_as_one_by_one(
    grouping: Store, caplog: pytest.LogCaptureFixture
) -> None:
    store = grouping
    ids = [(await store.create_session("ada", "", {})).id for _ in range(12)]
    for round_ in range(2):
        begun = await asyncio.gather(
            *(take(store, each, f"q{round_} {n}\nmore") for n, each in enumerate(ids))
        )
        assert all(each.is_new for each in begun)
        await asyncio.gather(
            *(store.end_turn(ended(each), each.turn_id) for each in begun)
        )
    assert apart(caplog) == 0
    for number, session_id in enumerate(ids):
        session = await store.session("ada", session_id)
        assert (session.title, session.messages) == (f"q0 {number}", 4)
        said = await store.messages("ada", session_id)
        assert [each.text for each in said] == [
            *(f"q0 {number}\nmore", "It counts.", f"q1 {number}\nmore", "It counts.")
        ]
        assert [each.state for each in said] == ["complete"] * 4
        assert said[2].parent == said[0].turn_id
        assert said[1].processing_ms == 1234.5
        turn = await store.turn("ada", said[3].turn_id)
        assert (turn.state, turn.finish_reason) == ("complete", "stop")
        assert turn.metrics == ended(begun[0]).metrics
    check = await store.upkeep.check()
    assert (check.turns, check.messages, check.problems) == (24, 48, ())


async def test_two_questions_in_one_session_are_still_in_a_row(
    grouping: Store,
) -> None:
    session = await grouping.create_session("ada", "", {})
    await asyncio.gather(*(take(grouping, session.id, f"q{n}") for n in range(4)))
    said = await grouping.messages("ada", session.id)
    questions = [each for each in said if each.role == "user"]
    assert [each.text for each in questions] == ["q0", "q1", "q2", "q3"]
    assert [each.parent for each in questions] == [
        None,
        *(each.turn_id for each in questions[:-1]),
    ]


async def test_the_same_question_twice_at_once_is_stored_once(grouping: Store) -> None:
    ids = [(await grouping.create_session("ada", "", {})).id for _ in range(3)]
    first, again, *others = await asyncio.gather(
        take(grouping, ids[0], "q", client_message_id="same"),
        take(grouping, ids[0], "q", client_message_id="same"),
        take(grouping, ids[1], "q"),
        take(grouping, ids[2], "q"),
    )
    assert first.turn_id == again.turn_id
    assert (first.is_new, again.is_new) == (True, False)
    assert all(each.is_new for each in others)
    assert len(await grouping.messages("ada", ids[0])) == 2


async def test_what_one_does_wrong_costs_the_others_nothing(grouping: Store) -> None:
    ids = [(await grouping.create_session("ada", "", {})).id for _ in range(2)]
    known = await take(grouping, ids[0], "first")
    good, missing, conflict = await asyncio.gather(
        take(grouping, ids[1], "q"),
        take(grouping, "no-session", "q"),
        take(grouping, ids[0], "q", turn_id=known.turn_id),
        return_exceptions=True,
    )
    assert isinstance(good, BegunTurn) and good.is_new
    assert isinstance(missing, NotFound)
    assert isinstance(conflict, Conflict)


async def test_an_answer_that_was_appended_is_ended_with_others(
    grouping: Store,
) -> None:
    ids = [(await grouping.create_session("ada", "", {})).id for _ in range(3)]
    begun = [await take(grouping, each, "q") for each in ids]
    await grouping.append_text(begun[0].turn_id, "core", "So far.")
    await grouping.add_decision(begun[0].turn_id, decision(begun[0].turn_id))
    await asyncio.gather(
        grouping.end_turn(ended(begun[0], stages=())),
        *(grouping.end_turn(ended(each)) for each in begun[1:]),
    )
    texts = [(await grouping.messages("ada", each))[1].text for each in ids]
    assert texts == ["So far.", "It counts.", "It counts."]
    with pytest.raises(Conflict):
        await grouping.append_text(begun[0].turn_id, "core", "more")


async def test_the_first_end_of_an_answer_stands(grouping: Store) -> None:
    ids = [(await grouping.create_session("ada", "", {})).id for _ in range(2)]
    begun = [await take(grouping, each, "q") for each in ids]
    await asyncio.gather(*(grouping.end_turn(ended(each)) for each in begun))
    cancelled = [ended(each, state="cancelled") for each in begun]
    await asyncio.gather(*(grouping.end_turn(each) for each in cancelled))
    states = [(await grouping.turn("ada", each.turn_id)).state for each in begun]
    assert states == ["complete", "complete"]
