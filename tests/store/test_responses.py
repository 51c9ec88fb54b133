from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.errors import Conflict, NotFound
from jupyter_llmchat.protocol.ids import new_id
from jupyter_llmchat.protocol.resources import Message, Session
from jupyter_llmchat.store import Store, responses
from jupyter_llmchat.store.records import (
    BegunTurn,
    Lookup,
    NewTurn,
    Remembered,
    WholeTurn,
)

from .builders import begin, decision, ended, new_turn

KEY = "k" * 64


@dataclass
class Asked:
    """A `key_of` that notes what it was given."""

    key: str | None = KEY
    session: Session | None = None
    messages: tuple[Message, ...] = ()

    def __call__(self, session: Session, messages: tuple[Message, ...]) -> str | None:
        self.session, self.messages = session, messages
        return self.key


async def new_session(store: Store, owner: str = "ada") -> str:
    return (await store.create_session(owner, "", {})).id


async def answered(store: Store, key: str | None = KEY, **given: object) -> NewTurn:
    """A turn of ada's that is over."""
    turn = new_turn(await new_session(store))
    begun = await store.begin_turn("ada", turn)
    await store.add_decision(begun.turn_id, decision(begun.turn_id))
    await store.end_turn(ended(begun, **given), key)
    return turn


async def found(store: Store, key: str = KEY, owner: str = "ada") -> Remembered | None:
    session = await new_session(store, owner)
    return (await store.response(owner, session, Asked(key))).remembered


async def run_sql(store: Store, sql: str, *parameters: str) -> None:
    await store._write(lambda cursor: cursor.run(sql, *parameters))


async def test_an_answer_is_found_by_its_key_with_all_that_belongs_to_it(
    store: Store,
) -> None:
    turn = await answered(store)
    first, again = await found(store), await found(store)
    assert first is not None
    assert first == again
    assert first.turn == await store.turn("ada", turn.turn_id)
    assert first.answer == (await store.messages("ada", turn.session_id))[1]
    assert len(first.turn.decisions) == 1
    assert await found(store, "l" * 64) is None


async def test_it_is_found_after_a_restart(store: Store, path: Path) -> None:
    turn = await answered(store)
    await store.close()
    store = await Store.open(StoreConfig(path=path))
    remembered = await found(store)
    assert remembered is not None
    assert remembered.turn.id == turn.turn_id
    await store.close()


async def test_it_works_in_memory_too() -> None:
    store = await Store.open(StoreConfig(path=None))
    turn = await answered(store)
    remembered = await found(store)
    assert remembered is not None
    assert remembered.turn.id == turn.turn_id
    await store.close()


async def test_the_key_is_made_from_the_session_and_what_was_said_in_it(
    store: Store,
) -> None:
    turn = await answered(store)
    asked = Asked()
    await store.response("ada", turn.session_id, asked)
    assert asked.session == await store.session("ada", turn.session_id)
    assert asked.messages == await store.messages("ada", turn.session_id)
    with pytest.raises(NotFound):
        await store.response("eve", turn.session_id, asked)


async def test_without_a_key_nothing_is_found_or_remembered(store: Store) -> None:
    await answered(store, None)
    assert await found(store) is None
    session = await new_session(store)
    without = await store.response("ada", session, Asked(None))
    assert without == Lookup(
        session=await store.session("ada", session), remembered=None
    )


async def test_a_newer_answer_takes_the_key(store: Store) -> None:
    await answered(store)
    assert await found(store) is not None
    newer = await answered(store)
    remembered = await found(store)
    assert remembered is not None
    assert remembered.turn.id == newer.turn_id


@pytest.mark.parametrize("state", ["interrupted", "cancelled", "failed"])
async def test_an_answer_that_is_not_whole_is_not_found(
    store: Store, state: str
) -> None:
    await answered(store, state=state)
    assert await found(store) is None


async def test_the_first_end_decides_what_is_found(store: Store) -> None:
    begun = await begin(store, session_id=await new_session(store))
    await store.end_turn(ended(begun, state="interrupted"))
    await store.end_turn(ended(begun), KEY)
    assert await found(store) is None


@pytest.mark.parametrize("is_in_memory", [False, True])
@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("DELETE FROM sessions WHERE id = ?", "session_id"),
        ("DELETE FROM turns WHERE id = ?", "turn_id"),
        ("UPDATE sessions SET owner = 'eve' WHERE id = ?", "session_id"),
    ],
)
async def test_what_was_deleted_is_not_found(
    store: Store, sql: str, name: str, is_in_memory: bool
) -> None:
    turn = await answered(store)
    if is_in_memory:
        assert await found(store) is not None
    await run_sql(store, sql, getattr(turn, name))
    assert await found(store) is None


async def test_nobody_finds_another_s_answer(store: Store) -> None:
    await answered(store)
    assert await found(store, owner="eve") is None
    assert await found(store) is not None
    assert await found(store, owner="eve") is None


async def test_only_the_answers_found_last_stay_in_memory(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses, "KEPT", 2)
    turns = [await answered(store, str(number)) for number in range(3)]
    for number in (0, 1, 0, 2):
        assert await found(store, str(number)) is not None
    kept = [store._recent.get(turn.turn_id) is not None for turn in turns]
    assert kept == [True, False, True]


async def test_many_find_at_the_same_time(store: Store) -> None:
    await asyncio.gather(*(answered(store, str(number)) for number in range(4)))
    everything = [found(store, str(number % 4)) for number in range(40)]
    assert None not in await asyncio.gather(*everything)


def whole(session_id: str, **given: str) -> WholeTurn:
    new = new_turn(session_id, **given)
    names = ("strategy", "second")
    begun = BegunTurn(
        turn_id=new.turn_id,
        message_id=new.message_id,
        answer_id=new.answer_id,
        is_new=True,
    )
    return WholeTurn(
        new=new,
        decisions=tuple(decision(new.turn_id, name) for name in names),
        ended=ended(begun),
    )


async def test_a_whole_turn_is_stored_as_one_that_was_begun_and_ended(
    store: Store,
) -> None:
    session = await new_session(store)
    turn = whole(session)
    begun = await store.add_turn("ada", turn)
    assert begun.is_new
    other = new_turn(await new_session(store))
    lived = await store.begin_turn("ada", other)
    for each in turn.decisions:
        await store.add_decision(lived.turn_id, each)
    await store.end_turn(ended(lived))
    for one, two in zip(
        await store.messages("ada", session),
        await store.messages("ada", other.session_id),
        strict=True,
    ):
        for name in set(Message.__struct_fields__) - {
            *("id", "session_id", "turn_id", "created")
        }:
            assert getattr(one, name) == getattr(two, name)
    added = await store.turn("ada", turn.new.turn_id)
    stored = await store.turn("ada", other.turn_id)
    for name in ("state", "strategy", "finish_reason", "metrics", "decisions"):
        assert getattr(added, name) == getattr(stored, name)
    counted = await store.session("ada", session)
    assert (counted.messages, counted.title) == (2, "What does len() do?")


async def test_a_whole_turn_that_was_asked_before_is_left_as_it_is(
    store: Store,
) -> None:
    session = await new_session(store)
    first = whole(session, client_message_id="mine")
    await store.add_turn("ada", first)
    before = await store.messages("ada", session)
    again = await store.add_turn("ada", whole(session, client_message_id="mine"))
    assert (again.turn_id, again.is_new) == (first.new.turn_id, False)
    assert await store.messages("ada", session) == before
    assert (await store.session("ada", session)).messages == 2
    # As when the first write reached the disk, but its success was not reported.
    assert (await store.add_turn("ada", first)).is_new


async def test_a_whole_turn_leaves_nothing_behind_where_it_cannot_be(
    store: Store,
) -> None:
    session = await new_session(store)
    turn = whole(session)
    with pytest.raises(NotFound):
        await store.add_turn("eve", turn)
    with pytest.raises(NotFound):
        await store.add_turn("ada", whole(new_id()))
    taken = await begin(store, session_id=await new_session(store))
    with pytest.raises(Conflict):
        await store.add_turn("ada", whole(session, message_id=taken.message_id))
    assert await store.messages("ada", session) == ()
    assert (await store.session("ada", session)).messages == 0
