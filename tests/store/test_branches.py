from __future__ import annotations

from typing import Any

import pytest

from jupyter_llmchat.errors import NotFound
from jupyter_llmchat.protocol.ids import new_id
from jupyter_llmchat.protocol.resources import Message, Session
from jupyter_llmchat.store import Store
from jupyter_llmchat.store.branches import Tree
from jupyter_llmchat.store.records import BegunTurn, NewTurn, Remembered, WholeTurn

from .builders import begin, decision, ended, new_turn

# 1 ─ 2 ─ 3
#       └ 4 ─ 6
# 5
TREE = Tree({"1": None, "2": "1", "3": "2", "4": "2", "5": None, "6": "4"})


class Asks:
    """A plan that stores a question as it stands, and notes what was said before."""

    def __init__(self, session_id: str, question: str, replaces: str | None) -> None:
        self.new = new_turn(session_id, question=question)
        self.turn_id, self.client_message_id = (
            self.new.turn_id,
            self.new.client_message_id,
        )
        self.replaces = replaces
        self.before: tuple[str, ...] = ()

    def key(self, session: Session, messages: tuple[Message, ...]) -> str | None:
        self.before = tuple(each.text for each in messages if each.role == "user")
        return None

    def turn(self, remembered: Remembered | None) -> NewTurn | WholeTurn:
        return self.new


async def ask(
    store: Store, session: str, question: str, replaces: BegunTurn | None = None
) -> BegunTurn:
    """A question that has been answered."""
    plan = Asks(session, question, replaces and replaces.turn_id)
    begun = await store.take_turn("ada", session, plan)
    await store.add_decision(begun.turn_id, decision(begun.turn_id))
    await store.end_turn(ended(begun), new_id())
    return begun


async def new_session(store: Store) -> str:
    return (await store.create_session("ada", "", {})).id


async def shown(store: Store, session: str) -> list[str]:
    found = await store.branches.page("ada", session)
    assert found.messages == await with_versions(store, session)
    assert [each.role for each in found.messages[1::2]] == ["assistant"] * (
        len(found.messages) // 2
    )
    return [each.text for each in found.messages[::2]]


async def with_versions(store: Store, session: str) -> tuple[Message, ...]:
    """What `messages` says, with the versions that `page` adds."""
    import msgspec

    page = await store.branches.page("ada", session)
    versions = {each.id: each.versions for each in page.messages}
    return tuple(
        msgspec.structs.replace(each, versions=versions[each.id])
        for each in await store.messages("ada", session)
    )


@pytest.mark.parametrize(
    ("turn", "path"),
    [(None, ""), ("1", "1"), ("3", "123"), ("6", "1246"), ("5", "5")],
)
def test_a_path_leads_from_the_beginning(turn: str | None, path: str) -> None:
    assert "".join(TREE.path(turn)) == path


@pytest.mark.parametrize(("turn", "path"), [("1", ""), ("3", "12"), ("6", "124")])
def test_what_is_before_a_turn(turn: str, path: str) -> None:
    assert "".join(TREE.before(turn)) == path


def test_an_unknown_turn_is_not_found() -> None:
    with pytest.raises(NotFound):
        TREE.before("7")


@pytest.mark.parametrize(
    ("turn", "path"),
    [(None, "1246"), ("1", "1246"), ("3", "123"), ("4", "1246"), ("5", "5")],
)
def test_a_whole_path_leads_on_to_what_was_asked_last(
    turn: str | None, path: str
) -> None:
    assert "".join(TREE.whole(turn)) == path


async def test_an_edited_question_takes_the_place_of_the_first_one(
    store: Store,
) -> None:
    session = await new_session(store)
    one = await ask(store, session, "one")
    two = await ask(store, session, "two")
    await ask(store, session, "three")
    other = await ask(store, session, "two, edited", replaces=two)
    assert await shown(store, session) == ["one", "two, edited"]
    four = await ask(store, session, "four")
    assert await shown(store, session) == ["one", "two, edited", "four"]
    page = await store.branches.page("ada", session)
    versions = (two.turn_id, other.turn_id)
    assert [each.versions for each in page.messages] == [(), (), versions, (), (), ()]
    parents = [None, None, one.turn_id, one.turn_id, other.turn_id, other.turn_id]
    assert [each.parent for each in page.messages] == parents
    assert (await store.session("ada", session)).messages == 10
    said = await store.branches.before("ada", four.turn_id)
    assert [each.text for each in said[::2]] == ["one", "two, edited"]


async def test_only_what_comes_before_counts_for_the_new_question(
    store: Store,
) -> None:
    session = await new_session(store)
    await ask(store, session, "one")
    two = await ask(store, session, "two")
    await ask(store, session, "three")
    for replaced, before in ((two, ("one",)), (two, ("one",))):
        plan = Asks(session, "anew", replaced.turn_id)
        begun = await store.take_turn("ada", session, plan)
        assert plan.before == before
        await store.end_turn(ended(begun))
    plan = Asks(session, "next", None)
    await store.take_turn("ada", session, plan)
    assert plan.before == ("one", "anew")


async def test_a_first_question_can_be_replaced(store: Store) -> None:
    session = await new_session(store)
    one = await ask(store, session, "one")
    await ask(store, session, "two")
    await ask(store, session, "one, edited", replaces=one)
    assert await shown(store, session) == ["one, edited"]


async def test_a_replacement_asked_twice_is_one_turn(store: Store) -> None:
    session = await new_session(store)
    one = await ask(store, session, "one")
    plan = Asks(session, "edited", one.turn_id)
    first = await store.take_turn("ada", session, plan)
    plan.turn_id = new_id()
    again = await store.take_turn("ada", session, plan)
    assert (again.turn_id, again.is_new) == (first.turn_id, False)
    await store.branches.remove("ada", one.turn_id)
    assert (await store.take_turn("ada", session, plan)).turn_id == first.turn_id
    assert (await store.session("ada", session)).messages == 2


async def test_a_turn_of_another_session_cannot_be_replaced(store: Store) -> None:
    session, other = await new_session(store), await new_session(store)
    await ask(store, session, "mine")
    elsewhere = await ask(store, other, "not here")
    for unknown in (elsewhere.turn_id, "no-such-turn"):
        with pytest.raises(NotFound):
            await store.take_turn("ada", session, Asks(session, "x", unknown))
    assert await shown(store, session) == ["mine"]
    assert await shown(store, other) == ["not here"]


async def test_another_version_is_chosen_with_what_followed_it_last(
    store: Store,
) -> None:
    session = await new_session(store)
    one = await ask(store, session, "one")
    two = await ask(store, session, "two")
    three = await ask(store, session, "three")
    await ask(store, session, "three, edited", replaces=three)
    other = await ask(store, session, "one, edited", replaces=one)
    for turn, texts in (
        (two, ["one", "two", "three, edited"]),
        (other, ["one, edited"]),
        (three, ["one", "two", "three"]),
        (three, ["one", "two", "three"]),
        (one, ["one", "two", "three, edited"]),
    ):
        selected = await store.branches.select("ada", turn.turn_id)
        assert [each.text for each in selected.messages[::2]] == texts
        assert await shown(store, session) == texts


async def test_what_follows_a_removed_turn_stays(store: Store) -> None:
    session = await new_session(store)
    one = await ask(store, session, "one")
    two = await ask(store, session, "two")
    three = await ask(store, session, "three")
    await store.branches.remove("ada", two.turn_id)
    assert await shown(store, session) == ["one", "three"]
    parent = (await store.branches.page("ada", session)).messages[-1].parent
    assert parent == one.turn_id
    await store.branches.remove("ada", one.turn_id)
    await store.branches.remove("ada", three.turn_id)
    assert await shown(store, session) == []
    assert (await store.session("ada", session)).messages == 0
    await ask(store, session, "anew")
    assert await shown(store, session) == ["anew"]


async def test_when_the_last_turn_is_removed_another_version_is_shown(
    store: Store,
) -> None:
    session = await new_session(store)
    await ask(store, session, "one")
    two = await ask(store, session, "two")
    await ask(store, session, "three")
    other = await ask(store, session, "two, edited", replaces=two)
    await store.branches.remove("ada", other.turn_id)
    assert await shown(store, session) == ["one", "two", "three"]
    page = await store.branches.page("ada", session)
    assert not any(each.versions for each in page.messages)


async def test_a_removed_turn_leaves_no_row_behind(store: Store) -> None:
    session = await new_session(store)
    kept = await ask(store, session, "kept")
    gone = await ask(store, session, "gone")
    unfinished = await begin(store, session_id=session)
    await store.append_text(unfinished.turn_id, "core", "Forty")
    for turn in (gone, unfinished):
        await store.branches.remove("ada", turn.turn_id)
        with pytest.raises(NotFound):
            await store.turn("ada", turn.turn_id)
    tables = ("message_chunks", "decisions", "metrics", "responses", "messages")
    for table in tables:
        left = await rows(store, f"SELECT DISTINCT turn_id FROM {table}")
        assert left in ([], [{"turn_id": kept.turn_id}])


async def rows(store: Store, sql: str) -> list[dict[str, Any]]:
    return await store._access.read(lambda cursor: cursor.rows(sql))


async def test_pages_of_a_conversation_join(store: Store) -> None:
    session = await new_session(store)
    one = await ask(store, session, "0")
    for number in range(1, 40):
        await ask(store, session, str(number))
    await ask(store, session, "0", replaces=one)
    await store.branches.select("ada", one.turn_id)
    whole = await store.branches.page("ada", session)
    assert whole.next is None
    assert len(whole.messages) == 80
    for limit in (1, 7, 64, 79, 80):
        pages, before = [], None
        while True:
            page = await store.branches.page("ada", session, limit, before)
            assert len(page.messages) <= limit
            pages.append(page.messages)
            before = page.next
            if before is None:
                break
            # What is said meanwhile comes after all of them.
            if len(pages) == 1:
                await ask(store, session, "new")
        joined = tuple(each for page in reversed(pages) for each in page)
        assert joined == whole.messages
        whole = await store.branches.page("ada", session)


async def test_pages_of_sessions_join_whatever_is_used_meanwhile(
    store: Store,
) -> None:
    ids = [await new_session(store) for _ in range(5)]
    await store.create_session("bob", "not hers", {})
    first = await store.session_page("ada", 2)
    assert [each.id for each in first.sessions] == ids[:2:-1]
    await begin(store, session_id=ids[4])
    await new_session(store)
    second = await store.session_page("ada", 2, first.next)
    assert [each.id for each in second.sessions] == [ids[2], ids[1]]
    third = await store.session_page("ada", 2, second.next)
    assert [each.id for each in third.sessions] == [ids[0]]
    assert third.next is None
    assert (await store.session_page("ada", 6)).next is None


async def test_what_belongs_to_someone_else_is_not_found(store: Store) -> None:
    session = await new_session(store)
    turn = await ask(store, session, "one")
    calls = (
        store.branches.page("bob", session),
        store.branches.before("bob", turn.turn_id),
        store.branches.exchange("bob", turn.turn_id),
        store.branches.decisions("bob", turn.turn_id),
        store.branches.turn_of("bob", turn.message_id),
        store.branches.select("bob", turn.turn_id),
        store.branches.remove("bob", turn.turn_id),
        store.branches.remove("ada", "no-such-turn"),
        store.branches.turn_of("ada", "no-such-message"),
    )
    for call in calls:
        with pytest.raises(NotFound):
            await call
    assert await shown(store, session) == ["one"]


async def test_a_turn_is_read_with_its_messages_and_decisions(store: Store) -> None:
    session = await new_session(store)
    turn = await ask(store, session, "one")
    question, answer = await store.branches.exchange("ada", turn.turn_id)
    assert (question.text, answer.text) == ("one", "It counts.")
    (taken,) = await store.branches.decisions("ada", turn.turn_id)
    assert (taken.name, taken.chosen, taken.ms) == ("strategy", "simple", 31.5)
    for message in (question, answer):
        assert await store.branches.turn_of("ada", message.id) == turn.turn_id
