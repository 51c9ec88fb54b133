from __future__ import annotations

import pytest

from jupyter_llmchat.errors import NotFound
from jupyter_llmchat.protocol.resources import StageText
from jupyter_llmchat.store import Store, exporting
from tests.transfer.builders import session, turn

from .builders import METRICS, begin, decision, ended


async def test_a_turn_leaves_as_it_was_stored(store: Store) -> None:
    begun = await begin(store)
    await store.add_decision(begun.turn_id, decision(begun.turn_id))
    await store.end_turn(ended(begun))
    (listed,) = await store.sessions("ada")
    document = await store.exporting.session("ada", listed.id)
    stored = await store.turn("ada", begun.turn_id)
    (only,) = document.turns
    assert document.current == only.id == begun.turn_id
    assert (only.question, only.parent) == ("What does len() do?", None)
    assert (only.metrics, only.decisions) == (METRICS, stored.decisions)
    assert only.answer.stages == (StageText(stage="core", text="It counts."),)
    assert (only.answer.model, only.answer.tokens) == ("fake", 12)
    assert only.created == stored.created
    assert only.ended is not None


async def test_an_answer_that_is_being_written_is_told_as_far_as_it_goes(
    store: Store,
) -> None:
    begun = await begin(store)
    await store.append_text(begun.turn_id, "core", "Half of")
    (listed,) = await store.sessions("ada")
    (only,) = (await store.exporting.session("ada", listed.id)).turns
    assert only.answer.state == "interrupted"
    assert only.answer.stages == (StageText(stage="core", text="Half of"),)


async def test_another_owner_s_is_not_found(store: Store) -> None:
    created = await store.importing.add("ada", session(turn("a")))
    for owner, id in (("bob", created.id), ("ada", "no-such")):
        with pytest.raises(NotFound):
            await store.exporting.session(owner, id)
    assert [each async for each in store.exporting.all("bob")] == []


@pytest.mark.parametrize("at_once", [1, 4, 1000])
async def test_all_leave_the_one_used_last_at_the_end(
    store: Store, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(exporting, "MESSAGES_AT_ONCE", at_once)
    for number in range(5):
        turns = [turn(f"t{each}") for each in range(number)]
        await store.importing.add("ada", session(*turns, title=f"{number}"))
    await store.importing.add("bob", session(title="other"))
    found = [each async for each in store.exporting.all("ada")]
    assert [each.title for each in found] == ["0", "1", "2", "3", "4"]
    assert [len(each.turns) for each in found] == [0, 1, 2, 3, 4]


async def test_what_is_deleted_meanwhile_is_left_out(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MESSAGES_AT_ONCE", 1)
    for title in "abc":
        await store.importing.add("ada", session(title=title))
    found = store.exporting.all("ada")
    assert (await anext(found)).title == "a"
    _, second, _ = await store.sessions("ada")
    await store.remove_session("ada", second.id)
    assert [each.title async for each in found] == ["c"]
