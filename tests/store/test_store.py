from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.errors import BadRequest, Conflict, NotFound, StoreUnavailable
from jupyter_llmchat.protocol.ids import new_id
from jupyter_llmchat.protocol.resources import StageText, StoredDecision
from jupyter_llmchat.store import Store

from .builders import METRICS, begin, decision, ended, new_turn


async def reopened(store: Store, path: Path) -> Store:
    await store.close()
    return await Store.open(StoreConfig(path=path))


async def test_a_session_is_there_after_reopening(store: Store, path: Path) -> None:
    session = await store.create_session("ada", "Data", {"tier": "small", "n": [1]})
    store = await reopened(store, path)
    assert await store.sessions("ada") == (session,)
    await store.close()


async def test_the_session_used_last_comes_first(store: Store) -> None:
    first = await store.create_session("ada", "first", {})
    second = await store.create_session("ada", "second", {})
    assert [s.title for s in await store.sessions("ada")] == ["second", "first"]
    await begin(store, session_id=first.id)
    assert [s.title for s in await store.sessions("ada")] == ["first", "second"]
    assert (await store.session("ada", first.id)).messages == 2
    assert (await store.session("ada", second.id)).messages == 0


async def test_a_whole_turn_is_read_back_as_it_was(store: Store, path: Path) -> None:
    turn = new_turn((await store.create_session("ada", "", {})).id)
    begun = await store.begin_turn("ada", turn)
    assert begun.is_new
    await store.add_decision(begun.turn_id, decision(begun.turn_id))
    await store.add_decision(begun.turn_id, decision(begun.turn_id, "second"))
    await store.append_text(begun.turn_id, "core", "It cou")
    said = (
        StageText(stage="core", text="It counts.\n"),
        StageText(stage="conclusion", text="Use it."),
    )
    await store.end_turn(ended(begun, stages=said))
    store = await reopened(store, path)
    question, answer = await store.messages("ada", turn.session_id)
    assert (question.id, question.role, question.text, question.state) == (
        turn.message_id,
        "user",
        "What does len() do?",
        "complete",
    )
    assert (answer.id, answer.role, answer.state) == (
        turn.answer_id,
        "assistant",
        "complete",
    )
    assert answer.text == "It counts.\n\nUse it."
    assert answer.stages == said
    assert (answer.tokens, answer.processing_ms) == (12, METRICS.total_ms)
    assert (answer.model, answer.prompt_template) == ("fake", "v1")
    assert answer.parameters == {"temperature": 0.2}
    stored = await store.turn("ada", begun.turn_id)
    assert (stored.state, stored.finish_reason) == ("complete", "stop")
    assert (stored.strategy, stored.metrics) == ("simple", METRICS)
    taken = decision(begun.turn_id)
    assert stored.decisions[0] == StoredDecision(
        name="strategy",
        options=taken.options,
        chosen="simple",
        calibrated=True,
        tokens=7,
        ms=31.5,
    )
    assert [each.name for each in stored.decisions] == ["strategy", "second"]
    await store.close()


async def test_an_unfinished_answer_shows_the_text_so_far(store: Store) -> None:
    begun = await begin(store)
    await store.append_text(begun.turn_id, "detail", "Second.")
    await store.append_text(begun.turn_id, "core", "Fir")
    await store.append_text(begun.turn_id, "core", "st.")
    session_id = (await store.turn("ada", begun.turn_id)).session_id
    answer = (await store.messages("ada", session_id))[1]
    assert (answer.text, answer.state) == ("First.\n\nSecond.", "streaming")


async def test_an_end_without_text_keeps_what_was_appended(store: Store) -> None:
    begun = await begin(store)
    await store.append_text(begun.turn_id, "core", "Half an ans")
    await store.end_turn(ended(begun, state="interrupted", stages=(), metrics=None))
    turn = await store.turn("ada", begun.turn_id)
    assert turn.metrics is None
    answer = (await store.messages("ada", turn.session_id))[1]
    assert (answer.text, answer.state) == ("Half an ans", "interrupted")


async def test_the_first_end_stands_and_nothing_is_said_after_it(store: Store) -> None:
    begun = await begin(store)
    await store.end_turn(ended(begun))
    await store.end_turn(ended(begun, state="failed", finish_reason="interrupted"))
    with pytest.raises(Conflict):
        await store.append_text(begun.turn_id, "core", "too late")
    assert (await store.turn("ada", begun.turn_id)).state == "complete"


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("\n  How?  \nmore", "How?"),
        ("x" * 200, "x" * 80),
        (" \n\t", ""),
    ],
)
async def test_a_session_is_named_after_its_first_question(
    store: Store, question: str, title: str
) -> None:
    session = await store.create_session("ada", "", {})
    await begin(store, session_id=session.id, question=question)
    assert (await store.session("ada", session.id)).title == title
    await begin(store, session_id=session.id, question="Another")
    assert (await store.session("ada", session.id)).title == title or title == ""


async def test_a_repeated_client_message_id_is_the_same_turn(store: Store) -> None:
    session = await store.create_session("ada", "", {})
    turns = [new_turn(session.id, client_message_id="once") for _ in range(8)]
    begun = await asyncio.gather(*(store.begin_turn("ada", t) for t in turns))
    assert [each.is_new for each in begun].count(True) == 1
    assert {each.turn_id for each in begun} == {begun[0].turn_id}
    assert {each.answer_id for each in begun} == {begun[0].answer_id}
    assert len(await store.messages("ada", session.id)) == 2
    assert (await store.session("ada", session.id)).messages == 2


async def test_a_client_message_id_counts_within_its_session(store: Store) -> None:
    begun = [await begin(store, client_message_id="once") for _ in range(2)]
    assert all(each.is_new for each in begun)


@pytest.mark.parametrize("used", ["turn_id", "message_id", "answer_id"])
async def test_an_id_in_use_is_a_conflict_and_changes_nothing(
    store: Store, used: str
) -> None:
    first = await begin(store)
    session = await store.create_session("ada", "", {})
    with pytest.raises(Conflict):
        await begin(store, session_id=session.id, **{used: getattr(first, used)})
    assert await store.messages("ada", session.id) == ()
    assert (await store.session("ada", session.id)) == session


async def test_what_belongs_to_someone_else_is_not_found(store: Store) -> None:
    begun = await begin(store, owner="ada")
    session_id = (await store.turn("ada", begun.turn_id)).session_id
    assert await store.sessions("bob") == ()
    for attempt in (
        store.session("bob", session_id),
        store.messages("bob", session_id),
        store.turn("bob", begun.turn_id),
        store.begin_turn("bob", new_turn(session_id)),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert len(await store.messages("ada", session_id)) == 2


async def test_unknown_ids_are_not_found(store: Store) -> None:
    begun = await begin(store)
    for attempt in (
        store.session("ada", "nope"),
        store.messages("ada", "\ud800"),
        store.turn("ada", "' OR 1=1 --"),
        store.append_text("nope", "core", "text"),
        store.add_decision("nope", decision("nope")),
        store.end_turn(ended(begun, turn_id="nope")),
        store.begin_turn("ada", new_turn(new_id())),
    ):
        with pytest.raises(NotFound) as caught:
            await attempt
        assert caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE messages; --",
        "nul \0 inside",
        "😀 e\u0301 \u202e abc",
        "line\r\nline",
        "x" * 1_000_000,
        "",
    ],
    ids=["sql", "nul", "emoji", "newlines", "1 MB", "empty"],
)
async def test_text_comes_back_exactly(store: Store, path: Path, text: str) -> None:
    session = await store.create_session("ada", text, {text: text})
    begun = await begin(store, session_id=session.id, question=text)
    await store.append_text(begun.turn_id, "core", text)
    await store.end_turn(ended(begun, stages=(StageText(stage="core", text=text),)))
    store = await reopened(store, path)
    question, answer = await store.messages("ada", session.id)
    assert question.text == text
    assert answer.stages[0].text == text
    assert session.config == (await store.session("ada", session.id)).config
    await store.close()


async def test_half_a_surrogate_pair_becomes_a_replacement_character(
    store: Store,
) -> None:
    session = await store.create_session("ada", "a\ud800b", {"\udc00": "\ud83d\ude00"})
    begun = await begin(store, session_id=session.id, question="\udfff?")
    await store.append_text(begun.turn_id, "core", "ok \ud83d")
    question, answer = await store.messages("ada", session.id)
    assert session.title == "a\ufffdb"
    assert session.config == {"\ufffd": "😀"}
    assert (question.text, answer.text) == ("\ufffd?", "ok \ufffd")


async def test_a_config_that_is_not_json_is_refused(store: Store) -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    for config in ({"a": float("nan")}, {"a": object()}, {"a": deep}):
        with pytest.raises(BadRequest):
            await store.create_session("ada", "", config)
    assert await store.sessions("ada") == ()


async def test_a_failing_write_does_not_harm_its_group(store: Store) -> None:
    begun = [await begin(store) for _ in range(6)]
    names = [each.turn_id for each in begun[:3]] + ["nope", begun[0].turn_id]
    results = await asyncio.gather(
        *(store.append_text(name, "core", "said ") for name in names),
        *(store.begin_turn("ada", new_turn("no session")) for _ in range(3)),
        return_exceptions=True,
    )
    failed = [isinstance(result, NotFound) for result in results]
    assert failed == [False, False, False, True, False, True, True, True]
    for turn, text in zip(begun[:4], ("said said", "said", "said", ""), strict=True):
        session_id = (await store.turn("ada", turn.turn_id)).session_id
        assert (await store.messages("ada", session_id))[1].text == text


async def test_twenty_writers_neither_conflict_nor_overtake(store: Store) -> None:
    session = await store.create_session("ada", "", {})

    async def talk(writer: int) -> None:
        begun = await begin(store, session_id=session.id, question=f"w{writer}")
        for number in range(15):
            await store.append_text(begun.turn_id, "core", f"{number} ")
        await store.end_turn(ended(begun, stages=()))

    await asyncio.gather(*(talk(writer) for writer in range(20)))
    messages = await store.messages("ada", session.id)
    assert [m.text for m in messages[::2]] == [f"w{n}" for n in range(20)]
    whole = " ".join(str(number) for number in range(15))
    assert {m.text for m in messages[1::2]} == {whole}


async def test_a_write_is_made_even_if_nobody_waits_any_more(store: Store) -> None:
    begun = await begin(store)
    for _ in range(5):
        task = asyncio.create_task(store.append_text(begun.turn_id, "core", "x"))
        await asyncio.sleep(0)
        task.cancel()
    session_id = (await store.turn("ada", begun.turn_id)).session_id
    await store.create_session("ada", "behind the others", {})
    assert (await store.messages("ada", session_id))[1].text == "xxxxx"


async def test_closing_finishes_what_is_waiting(store: Store, path: Path) -> None:
    begun = await begin(store)
    writes = [
        asyncio.create_task(store.append_text(begun.turn_id, "core", f"{n} "))
        for n in range(200)
    ]
    await asyncio.sleep(0)
    store = await reopened(store, path)
    await asyncio.gather(*writes)
    session_id = (await store.turn("ada", begun.turn_id)).session_id
    answer = (await store.messages("ada", session_id))[1]
    assert answer.text.split() == [str(n) for n in range(200)]
    assert answer.state == "interrupted"
    await store.close()


async def test_a_closed_store_says_so(store: Store) -> None:
    await store.close()
    await store.close()
    for attempt in (store.sessions("ada"), store.create_session("ada", "", {})):
        with pytest.raises(StoreUnavailable):
            await attempt


async def test_without_a_path_everything_works_in_memory() -> None:
    store = await Store.open(replace(StoreConfig(path=None), group_ms=0.0))
    assert (store.status.kind, store.status.path) == ("memory", None)
    begun = await begin(store)
    await store.end_turn(ended(begun))
    assert (await store.turn("ada", begun.turn_id)).metrics == METRICS
    await store.close()


async def test_a_session_is_changed_as_far_as_it_is_named(store: Store) -> None:
    session = await store.create_session("ada", "first", {"n": 1})
    renamed = await store.change_session("ada", session.id, title="second")
    assert (renamed.title, renamed.config) == ("second", {"n": 1})
    changed = await store.change_session("ada", session.id, config={"n": 2})
    assert (changed.title, changed.config) == ("second", {"n": 2})
    with pytest.raises(NotFound):
        await store.change_session("bob", session.id, title="mine")


async def test_a_removed_session_leaves_no_row_behind(store: Store, path: Path) -> None:
    import duckdb

    session = await store.create_session("ada", "", {})
    begun = await begin(store, session_id=session.id)
    await store.append_text(begun.turn_id, "core", "Forty")
    await store.add_decision(begun.turn_id, decision(begun.turn_id))
    await store.end_turn(ended(begun), "a key")
    with pytest.raises(NotFound):
        await store.remove_session("bob", session.id)
    await store.remove_session("ada", session.id)
    assert await store.sessions("ada") == ()
    await store.close()
    with duckdb.connect(str(path)) as database:
        tables = database.execute(
            "SELECT table_name FROM duckdb_tables()"
            " WHERE table_name <> 'schema_version'"
        ).fetchall()
        for (table,) in tables:
            assert database.execute(f"SELECT * FROM {table}").fetchall() == []
