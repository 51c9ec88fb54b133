from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.errors import ModelUnavailable, StoreUnavailable, WorkerLost
from jupyter_llmchat.protocol.events import (
    Chunk,
    Complete,
    Error,
    Notice,
    TurnEvent,
)
from jupyter_llmchat.protocol.resources import Message
from jupyter_llmchat.server import recorder
from jupyter_llmchat.server import running as module
from jupyter_llmchat.server.faults import error_event
from jupyter_llmchat.server.services import Services

from .builders import (
    Script,
    all_of,
    ask_body,
    chunk,
    eventually,
    new_session,
    running,
    said,
    settings,
    text_of,
    until,
)

QUESTION = ask_body("Where does it hurt?")


async def asked(services: Services) -> list[TurnEvent]:
    session = await new_session(services)
    return await all_of(await (await services.turns()).ask("local", session, QUESTION))


async def stored_answer(services: Services, events: list[TurnEvent]) -> Message:
    store = await services.store()
    turn = await store.turn("local", events[0].turn_id)
    question, answer = await store.messages("local", turn.session_id)
    assert question.text == QUESTION.question
    assert turn.state == answer.state
    return answer


@pytest.mark.parametrize("said_before", [(), ("Some ", "text.")])
@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ModelUnavailable("No model is installed.", "Install one."), "failed"),
        (WorkerLost("The model has crashed.", "It restarts."), "interrupted"),
    ],
)
@pytest.mark.parametrize("raised", [True, False])
async def test_what_the_model_cannot_do_ends_the_turn_with_its_words(
    services: Services,
    script: Script,
    said_before: tuple[str, ...],
    error: Any,
    state: str,
    raised: bool,
) -> None:
    words = tuple(chunk(each, n) for n, each in enumerate(said_before))
    script.steps = (*words, error if raised else error_event(error, ""))
    events = await asked(services)
    end = events[-1]
    assert isinstance(end, Error)
    assert (end.code, end.message, end.hint) == (error.code, error.message, error.hint)
    assert end.retryable
    answer = await stored_answer(services, events)
    assert (answer.text, answer.state) == ("".join(said_before), state)


async def test_an_unexpected_exception_is_told_without_its_details(
    services: Services, script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    script.steps = (chunk("So far. "), ValueError("a secret"))
    events = await asked(services)
    end = events[-1]
    assert isinstance(end, Error)
    assert (end.code, "secret" in str(end)) == ("internal", False)
    answer = await stored_answer(services, events)
    assert (answer.text.strip(), answer.state) == ("So far.", "failed")
    assert "a secret" in caplog.text


async def test_a_pipeline_that_just_ends_is_an_error(
    services: Services, script: Script
) -> None:
    script.steps = (chunk("So far."),)
    end = (await asked(services))[-1]
    assert isinstance(end, Error)
    assert end.code == "internal"


async def test_nothing_comes_after_the_end_even_if_the_pipeline_goes_on(
    services: Services, script: Script
) -> None:
    script.steps = (*said("Done."), chunk("More."), *said("Again."))
    assert text_of(await asked(services)) == "Done."


async def test_cancelling_keeps_what_was_said(
    services: Services, script: Script
) -> None:
    script.steps = (chunk("Kept "), chunk("text.", 1), asyncio.Event(), *said("Never."))
    turns, session = await services.turns(), await new_session(services)
    subscription = await turns.ask("local", session, QUESTION)
    await until(subscription, Chunk)
    assert await turns.cancel("local", subscription.turn_id)
    events = await all_of(await turns.listen("local", subscription.turn_id, 0))
    assert isinstance(events[-1], Complete)
    assert events[-1].finish_reason == "cancelled"
    answer = await stored_answer(services, events)
    assert (answer.text, answer.state) == ("Kept text.", "cancelled")


async def test_a_pipeline_that_does_not_heed_the_cancel_is_ended(
    services: Services, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STOPPING_S", 0.05)
    script.heeds_stop = False
    script.steps = (chunk("Kept."), asyncio.Event())
    turns, session = await services.turns(), await new_session(services)
    subscription = await turns.ask("local", session, QUESTION)
    await until(subscription, Chunk)
    await turns.cancel("local", subscription.turn_id)
    events = await all_of(await turns.listen("local", subscription.turn_id, 0))
    assert events[-1].finish_reason == "cancelled"  # type: ignore[union-attr]
    assert (await stored_answer(services, events)).text == "Kept."


@pytest.mark.parametrize("text", ["", "Some text."])
async def test_a_pipeline_that_misses_its_deadline_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(module, "OVERTIME_S", 0.05)
    steps = (*([chunk(text)] if text else []), asyncio.Event())
    config = settings(
        tmp_path / "chat.duckdb", pipeline=PipelineConfig(max_deadline_s=0.05)
    )
    async with running(config, Script(steps=steps)) as services:
        events = await asked(services)
        end = events[-1]
        if text:
            assert isinstance(end, Complete)
            assert end.finish_reason == "deadline"
        else:
            assert isinstance(end, Error)
            assert end.code == "generation_failed"
        assert (await stored_answer(services, events)).text == text


async def test_a_turn_that_never_gets_a_place_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OVERTIME_S", 0.05)
    config = settings(tmp_path / "chat.duckdb", turns_running=1)
    async with running(config, Script(steps=(asyncio.Event(),))) as services:
        turns, session = await services.turns(), await new_session(services)
        await turns.ask("local", session, ask_body("first"))
        late = ask_body("late", options={"deadline_s": 0.05})
        end = (await all_of(await turns.ask("local", session, late)))[-1]
        assert isinstance(end, Error)
        assert (end.code, end.retryable) == ("busy", True)


async def test_stopping_the_server_interrupts_and_stores_what_was_said(
    tmp_path: Path,
) -> None:
    config = settings(tmp_path / "chat.duckdb", turns_running=1)
    script = Script(steps=(chunk("So far."), asyncio.Event()))
    async with running(config, script) as services:
        turns, session = await services.turns(), await new_session(services)
        said_some = await turns.ask("local", session, QUESTION)
        in_line = await turns.ask("local", session, ask_body("And?"))
        await until(said_some, Chunk)
        closing = asyncio.create_task(services.close())
        for subscription in (said_some, in_line):
            while not subscription.ended:
                batch = await subscription.read(20)
            assert isinstance(batch[-1], Error)
            assert batch[-1].code == "worker_lost"
        await closing
    async with running(config) as services:
        messages = await (await services.store()).messages("local", session)
        answers = [each for each in messages if each.role == "assistant"]
        assert [(each.state, each.text) for each in answers] == [
            ("interrupted", "So far."),
            ("interrupted", ""),
        ]


async def test_text_can_be_read_back_while_the_answer_is_written(
    services: Services, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "FLUSH_S", 0.01)
    go_on = asyncio.Event()
    script.steps = (chunk("First half,"), go_on, *said(" second half."))
    turns, store = await services.turns(), await services.store()
    session = await new_session(services)
    subscription = await turns.ask("local", session, QUESTION)
    texts: list[str] = []

    async def look() -> None:
        while "First half," not in texts:
            texts.append((await store.messages("local", session))[1].text)

    await asyncio.wait_for(look(), 20)
    assert (await store.messages("local", session))[1].state == "streaming"
    go_on.set()
    await all_of(subscription)


async def test_earlier_exchanges_are_the_history(
    services: Services, script: Script
) -> None:
    turns, session = await services.turns(), await new_session(services)
    for question in ("One?", "Two?", "Three?"):
        await all_of(await turns.ask("local", session, ask_body(question)))
    history = script.questions[-1].history
    assert [(each.question, each.answer) for each in history] == [
        ("One?", "Forty-two."),
        ("Two?", "Forty-two."),
    ]


async def test_a_store_that_fails_is_told_and_the_answer_goes_on(
    services: Services, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "FLUSH_S", 0.01)
    go_on = asyncio.Event()
    script.steps = (chunk("One "), go_on, *said("two."))
    store = await services.store()

    async def full(*_: object) -> None:
        raise StoreUnavailable("The disk is full.", "Make room.")

    monkeypatch.setattr(store, "append_text", full)
    turns, session = await services.turns(), await new_session(services)
    subscription = await turns.ask("local", session, QUESTION)
    await until(subscription, Notice)
    go_on.set()
    events = await all_of(await turns.listen("local", subscription.turn_id, 0))
    assert text_of(events) == "One two."
    notices = [event for event in events if isinstance(event, Notice)]
    assert [notice.code for notice in notices] == ["not_saved"]
    assert "disk is full" in notices[0].message
    end = events[-1]
    assert isinstance(end, Error)
    assert end.code == "store_unavailable"


async def test_a_store_that_breaks_at_the_end_is_told(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(await services.store(), "end_turn", broken)
    end = (await asked(services))[-1]
    assert isinstance(end, Error)
    assert end.code == "internal"


async def test_a_running_turn_beats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "FLUSH_S", 0.01)
    beats: list[int] = []
    script = Script(steps=(go_on := asyncio.Event(), *said("Done.")))
    async with running(
        settings(tmp_path / "chat.duckdb"), script, beat=lambda: beats.append(1)
    ) as services:
        asking = asyncio.create_task(asked(services))
        await eventually(lambda: len(beats) > 3)
        go_on.set()
        await asking


async def test_logs_name_the_turn_and_never_what_was_said(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    events = await asked(services)
    assert events[0].turn_id in caplog.text
    assert QUESTION.question not in caplog.text
    assert "Forty" not in caplog.text
