"""What leaves the store comes back as it was, under new ids."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from hypothesis import given, settings

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.protocol.figures import AnswersQuery
from jupyter_llmchat.store import Store
from jupyter_llmchat.store.importing import add
from jupyter_llmchat.transfer.document import SessionDocument
from tests.transfer.builders import NOW, full_turn, session, sessions, turn


def without_ids(document: SessionDocument) -> Any:
    """What has to be the same after a round trip: ids by the turn's place."""
    places = {each.id: number for number, each in enumerate(document.turns)}
    told = msgspec.to_builtins(document)
    told["current"] = document.current and places[document.current]
    for each in told["turns"]:
        each["id"], each["parent"] = places[each["id"]], places.get(each["parent"])
        told_of = (*each["revisions"], *each["notices"])
        for event in (each["refinement"], each["quality"], *told_of):
            if event is not None:
                assert places[event.pop("turn_id")] == each["id"]
    return told


async def test_everything_comes_back(store: Store) -> None:
    document = session(full_turn("a"), full_turn("b", parent="a"))
    created = await store.importing.add("ada", document)
    assert (created.title, created.messages) == ("Counting", 4)
    assert (created.created, created.updated) == (NOW, NOW + 2)
    back = await store.exporting.session("ada", created.id)
    assert without_ids(back) == without_ids(document)
    assert {each.id for each in back.turns}.isdisjoint({"a", "b"})


def test_any_conversation_comes_back() -> None:
    with asyncio.Runner() as runner:
        store = runner.run(Store.open(StoreConfig(path=None)))

        @settings(max_examples=60, deadline=None)
        @given(document=sessions())
        def check(document: SessionDocument) -> None:
            created = runner.run(store.importing.add("ada", document))
            back = runner.run(store.exporting.session("ada", created.id))
            assert without_ids(back) == without_ids(document)

        check()
        runner.run(store.close())


async def test_the_same_file_twice_makes_two_conversations(store: Store) -> None:
    document = session(turn("a"))
    first = await store.importing.add("ada", document)
    second = await store.importing.add("ada", document)
    assert first.id != second.id
    assert first.title == second.title
    listed = await store.sessions("ada")
    assert [each.id for each in listed] == [second.id, first.id]


async def test_it_is_the_importer_s_and_goes_on_like_any_other(store: Store) -> None:
    created = await store.importing.add("ada", session(turn("a")))
    assert await store.sessions("bob") == ()
    question, answer = await store.messages("ada", created.id)
    assert (question.text, answer.text) == ("What does len() do?", "It counts.")
    assert question.turn_id == answer.turn_id != "a"


async def test_only_the_shown_branch_is_shown(store: Store) -> None:
    first = turn("a", question="First?")
    old = turn("b", parent="a", question="Old?")
    new = turn("c", parent="a", question="New?")
    created = await store.importing.add("ada", session(first, old, new, current="c"))
    shown = await store.messages("ada", created.id)
    assert [each.text for each in shown if each.role == "user"] == ["First?", "New?"]


async def test_times_of_the_future_are_now(store: Store) -> None:
    document = session(turn("a", created=9e10), created=9e10, updated=9e10)
    created = await store.importing.add("ada", document)
    own = await store.create_session("ada", "", {})
    assert NOW < created.created <= own.created
    assert created.updated <= own.created


async def test_writing_it_again_changes_nothing(store: Store) -> None:
    document, access = session(full_turn("a")), store.importing._access

    def twice(cursor: Any) -> Any:
        first = add(cursor, "ada", "s", document, access.clock)
        return first, add(cursor, "ada", "s", document, access.clock)

    first, second = await access.write(twice)
    assert first == second
    assert first.messages == 2


async def test_imported_figures_are_kept_but_not_counted(store: Store) -> None:
    created = await store.importing.add("ada", session(full_turn("a")))
    (only,) = (await store.exporting.session("ada", created.id)).turns
    assert (await store.turn("ada", only.id)).metrics == full_turn().metrics
    summary = await store.statistics.summary("ada", AnswersQuery())
    assert (summary.counts.answers, summary.total_ms.n) == (0, 0)
    usage = await store.statistics.usage("ada")
    assert (usage.answers, usage.models, usage.favourite_strategy) == (0, (), None)
    assert usage.sessions == 1


async def test_it_is_never_given_as_the_answer_to_a_question(store: Store) -> None:
    await store.importing.add("ada", session(full_turn("a")))
    kept = await store.importing._access.read(
        lambda cursor: cursor.rows("SELECT key FROM responses")
    )
    assert kept == []
