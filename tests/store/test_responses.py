from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.errors import BadRequest, Conflict, NotFound
from jupyter_llmchat.protocol.ids import new_id
from jupyter_llmchat.protocol.resources import Message, Session
from jupyter_llmchat.store import Store, responses
from jupyter_llmchat.store.records import (
    BegunTurn,
    NewTurn,
    Remembered,
    WholeTurn,
)

from .builders import begin, decision, ended, new_turn

KEY = "k" * 64


class Asked:
    """A plan that notes what it was given, and stores `given` whatever is found."""

    def __init__(
        self,
        given: NewTurn | WholeTurn,
        key: str | None = None,
        replaces: str | None = None,
    ) -> None:
        new = given if isinstance(given, NewTurn) else given.new
        self.turn_id, self.client_message_id = new.turn_id, new.client_message_id
        self.session_id = new.session_id
        self.replaces = replaces
        self.session: Session | None = None
        self.messages: tuple[Message, ...] = ()
        self.remembered: Remembered | None = None
        self._given = given
        self._key = key

    def key(self, session: Session, messages: tuple[Message, ...]) -> str | None:
        self.session, self.messages = session, messages
        return self._key

    def turn(self, remembered: Remembered | None) -> NewTurn | WholeTurn:
        self.remembered = remembered
        return self._given


async def new_session(store: Store, owner: str = "ada") -> str:
    return (await store.create_session(owner, "", {})).id


async def answered(store: Store, key: str | None = KEY, **given: object) -> NewTurn:
    """A turn of ada's that is over."""
    turn = new_turn(await new_session(store))
    begun = await store.begin_turn("ada", turn)
    await store.add_decision(begun.turn_id, decision(begun.turn_id))
    await store.end_turn(ended(begun, **given), key)
    return turn


async def found(
    store: Store, key: str | None = KEY, owner: str = "ada"
) -> Remembered | None:
    asked = Asked(new_turn(await new_session(store, owner)), key)
    await store.take_turn(owner, asked.session_id, asked)
    return asked.remembered


async def added(store: Store, turn: WholeTurn, owner: str = "ada") -> BegunTurn:
    return await store.take_turn(owner, turn.new.session_id, Asked(turn))


async def run_sql(store: Store, sql: str, *parameters: str) -> None:
    await store._access.write(lambda cursor: cursor.run(sql, *parameters))


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
    session = await store.session("ada", turn.session_id)
    said = await store.messages("ada", turn.session_id)
    refused, asked = (Asked(new_turn(turn.session_id)) for _ in range(2))
    with pytest.raises(NotFound):
        await store.take_turn("eve", turn.session_id, refused)
    assert refused.session is None
    await store.take_turn("ada", turn.session_id, asked)
    assert (asked.session, asked.messages) == (session, said)


async def test_without_a_key_nothing_is_found_or_remembered(store: Store) -> None:
    await answered(store, None)
    assert await found(store) is None
    await answered(store)
    assert await found(store, None) is None


async def test_what_cannot_be_read_any_more_is_not_found(store: Store) -> None:
    turn = await answered(store)
    await run_sql(
        store, "UPDATE messages SET stages = '[{}]' WHERE id = ?", turn.answer_id
    )
    assert await found(store) is None


async def test_a_plan_that_breaks_leaves_nothing_behind(store: Store) -> None:
    class Broken(Asked):
        def turn(self, remembered: Remembered | None) -> NewTurn | WholeTurn:
            raise BadRequest("The session's settings do not fit.", "Correct them.")

    session = await new_session(store)
    with pytest.raises(BadRequest):
        await store.take_turn("ada", session, Broken(new_turn(session)))
    assert await store.messages("ada", session) == ()


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
    for number in range(3):
        await answered(store, str(number))
    for number in (0, 1, 0, 2):
        assert await found(store, str(number)) is not None
    kept = [store._recent.get(str(number)) is not None for number in range(3)]
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
    begun = await added(store, turn)
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
    whole_turn = await store.turn("ada", turn.new.turn_id)
    stored = await store.turn("ada", other.turn_id)
    for name in ("state", "strategy", "finish_reason", "metrics", "decisions"):
        assert getattr(whole_turn, name) == getattr(stored, name)
    counted = await store.session("ada", session)
    assert (counted.messages, counted.title) == (2, "What does len() do?")


async def test_a_whole_turn_that_was_asked_before_is_left_as_it_is(
    store: Store,
) -> None:
    session = await new_session(store)
    first = whole(session, client_message_id="mine")
    await added(store, first)
    before = await store.messages("ada", session)
    again = await added(store, whole(session, client_message_id="mine"))
    assert (again.turn_id, again.is_new) == (first.new.turn_id, False)
    assert await store.messages("ada", session) == before
    assert (await store.session("ada", session)).messages == 2
    # As when the first write reached the disk, but its success was not reported.
    assert (await added(store, first)).is_new


async def test_a_whole_turn_leaves_nothing_behind_where_it_cannot_be(
    store: Store,
) -> None:
    session = await new_session(store)
    turn = whole(session)
    with pytest.raises(NotFound):
        await added(store, turn, "eve")
    with pytest.raises(NotFound):
        await added(store, whole(new_id()))
    taken = await begin(store, session_id=await new_session(store))
    with pytest.raises(Conflict):
        await added(store, whole(session, message_id=taken.message_id))
    assert await store.messages("ada", session) == ()
    assert (await store.session("ada", session)).messages == 0
