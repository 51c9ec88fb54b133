from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jupyter_llmchat.config import LimitsConfig
from jupyter_llmchat.errors import BadRequest, Busy, Conflict, NotFound, TooLarge
from jupyter_llmchat.protocol.events import Chunk, Complete, Queued, Start
from jupyter_llmchat.server.services import Services

from .builders import (
    Script,
    all_of,
    ask_body,
    new_session,
    running,
    said,
    settings,
    text_of,
    until,
)


async def test_a_question_is_stored_before_anything_is_said(
    services: Services, script: Script
) -> None:
    script.steps = (asyncio.Event(),)
    session = await new_session(services)
    turns, store = await services.turns(), await services.store()
    subscription = await turns.ask("local", session, ask_body("What is it?"))
    question, answer = await store.messages("local", session)
    assert (question.text, answer.state) == ("What is it?", "streaming")
    start = (await until(subscription, Start))[0]
    assert isinstance(start, Start)
    assert (start.message_id, start.answer_id) == (question.id, answer.id)
    assert (start.question, start.model) == ("What is it?", "fake")


async def test_an_answer_is_stored_when_its_end_is_announced(
    services: Services,
) -> None:
    session = await new_session(services)
    turns, store = await services.turns(), await services.store()
    events = await all_of(await turns.ask("local", session, ask_body()))
    assert text_of(events) == "Forty-two."
    stored = await store.turn("local", events[0].turn_id)
    assert (stored.state, stored.finish_reason) == ("complete", "stop")
    assert (stored.strategy, len(stored.decisions)) == ("simple", 1)
    answer = (await store.messages("local", session))[1]
    assert (answer.text, answer.state, answer.tokens) == ("Forty-two.", "complete", 3)


@pytest.mark.parametrize("question", ["", " \n\t "])
async def test_an_empty_question_is_refused(services: Services, question: str) -> None:
    session = await new_session(services)
    turns, store = await services.turns(), await services.store()
    with pytest.raises(BadRequest, match="empty"):
        await turns.ask("local", session, ask_body(question))
    assert await store.messages("local", session) == ()


async def test_a_question_over_the_limit_is_refused(services: Services) -> None:
    session = await new_session(services)
    turns = await services.turns()
    with pytest.raises(TooLarge, match="100000 are allowed"):
        await turns.ask("local", session, ask_body("x" * 1_000_000))


async def test_another_owners_session_and_turn_are_not_found(
    services: Services,
) -> None:
    session = await new_session(services)
    turns = await services.turns()
    events = await all_of(await turns.ask("local", session, ask_body()))
    turn = events[0].turn_id
    with pytest.raises(NotFound):
        await turns.ask("eve", session, ask_body())
    with pytest.raises(NotFound):
        await turns.listen("eve", turn, 0)
    with pytest.raises(NotFound):
        await turns.cancel("eve", turn)


async def test_a_repeated_question_joins_its_turn(
    services: Services, script: Script
) -> None:
    go_on = asyncio.Event()
    script.steps = (*said("One")[:3], go_on, *said(" two.")[2:])
    session = await new_session(services)
    turns, store = await services.turns(), await services.store()
    body = ask_body(client_message_id="mine")
    subscriptions = await asyncio.gather(
        *(turns.ask("local", session, body) for _ in range(20))
    )
    await until(subscriptions[0], Chunk)
    subscriptions.append(await turns.ask("local", session, body))
    go_on.set()
    await until(subscriptions[0], type(script.steps[-1]))
    subscriptions.append(await turns.ask("local", session, body))
    streams = await asyncio.gather(*map(all_of, subscriptions[1:]))
    assert all(stream == streams[0] for stream in streams)
    assert len(script.questions) == 1
    assert len(await store.messages("local", session)) == 2


async def test_the_same_id_for_another_question_is_a_conflict(
    services: Services,
) -> None:
    session = await new_session(services)
    turns = await services.turns()
    await turns.ask("local", session, ask_body("One?", client_message_id="mine"))
    with pytest.raises(Conflict):
        await turns.ask("local", session, ask_body("Two?", client_message_id="mine"))


async def test_the_same_id_in_another_session_is_another_question(
    services: Services, script: Script
) -> None:
    turns = await services.turns()
    for _ in range(2):
        session = await new_session(services)
        await all_of(
            await turns.ask("local", session, ask_body(client_message_id="mine"))
        )
    assert len(script.questions) == 2


async def test_a_client_that_leaves_while_asking_leaves_the_turn_to_others(
    services: Services,
) -> None:
    session = await new_session(services)
    turns = await services.turns()
    body = ask_body(client_message_id="mine")
    leaver = asyncio.create_task(turns.ask("local", session, body))
    stayer = asyncio.create_task(turns.ask("local", session, body))
    await asyncio.sleep(0)
    leaver.cancel()
    assert text_of(await all_of(await stayer)) == "Forty-two."


async def test_after_a_restart_a_repeated_question_gets_its_stored_answer(
    tmp_path: Path,
) -> None:
    config, body = settings(tmp_path / "chat.duckdb"), ask_body(client_message_id="m")
    async with running(config) as services:
        session = await new_session(services)
        first = await all_of(await (await services.turns()).ask("local", session, body))
    script = Script()
    async with running(config, script) as services:
        turns = await services.turns()
        again = await all_of(await turns.ask("local", session, body))
        assert again[0].turn_id == first[0].turn_id
        assert text_of(again) == "Forty-two."
        assert script.questions == []
        with pytest.raises(NotFound, match="no longer kept"):
            await turns.listen("local", first[0].turn_id, 3)


async def test_turns_beyond_the_places_wait_and_their_position_counts_down(
    tmp_path: Path,
) -> None:
    gates = [asyncio.Event() for _ in range(4)]
    script = Script()

    async def answer(question, stop):  # type: ignore[no-untyped-def]
        await gates[int(question.text)].wait()
        async for event in script(question, stop):
            yield event

    config = settings(tmp_path / "chat.duckdb", turns_running=1)
    async with running(config, answer) as services:
        turns, session = await services.turns(), await new_session(services)
        subscriptions = [
            await turns.ask("local", session, ask_body(str(n))) for n in range(4)
        ]
        assert turns.active == services.turns_active == 4
        for gate in gates:
            gate.set()
        streams = [await all_of(each) for each in subscriptions]
    assert [
        [event.position for event in stream if isinstance(event, Queued)]
        for stream in streams
    ] == [[], [0], [1, 0], [2, 1, 0]]
    assert all(text_of(stream) == "Forty-two." for stream in streams)


async def test_one_question_too_many_is_refused_and_costs_nothing(
    tmp_path: Path,
) -> None:
    script = Script(steps=(asyncio.Event(),))
    config = settings(
        tmp_path / "chat.duckdb", limits=LimitsConfig(turns_waiting=3), turns_running=2
    )
    async with running(config, script) as services:
        turns, session = await services.turns(), await new_session(services)
        asked = [ask_body(str(n)) for n in range(3)]
        waiting = [await turns.ask("local", session, each) for each in asked]
        with pytest.raises(Busy) as refused:
            await turns.ask("local", session, ask_body("one too many"))
        assert refused.value.retryable
        again = await turns.ask("local", session, asked[0])
        assert again.turn_id == waiting[0].turn_id
        store = await services.store()
        assert len(await store.messages("local", session)) == 6


async def test_a_waiting_turn_can_be_cancelled(tmp_path: Path) -> None:
    script = Script(steps=(asyncio.Event(),))
    config = settings(tmp_path / "chat.duckdb", turns_running=1)
    async with running(config, script) as services:
        turns, session = await services.turns(), await new_session(services)
        first, second, third = [
            await turns.ask("local", session, ask_body(str(n))) for n in range(3)
        ]
        assert await turns.cancel("local", second.turn_id)
        end = (await all_of(second))[-1]
        assert end.finish_reason == "cancelled"  # type: ignore[union-attr]
        positions = [e.position for e in await until(third, Queued) if e.seq]  # type: ignore[union-attr]
        assert positions == [1, 0]
        assert len(script.questions) == 1
        assert await turns.cancel("local", first.turn_id)


async def test_cancelling_an_ended_turn_stops_nothing(services: Services) -> None:
    session = await new_session(services)
    turns = await services.turns()
    events = await all_of(await turns.ask("local", session, ask_body()))
    assert not await turns.cancel("local", events[0].turn_id)
    with pytest.raises(NotFound):
        await turns.cancel("local", "no-such-turn")


async def test_options_come_from_the_question_then_the_session(
    services: Services, script: Script
) -> None:
    session = await new_session(services, temperature=1.5, seed=3, deadline_s=500)
    turns, store = await services.turns(), await services.store()
    body = ask_body(options={"temperature": 0.5, "max_tokens": 9})
    events = await all_of(await turns.ask("local", session, body))
    (question,) = script.questions
    assert (question.temperature, question.max_tokens, question.seed) == (0.5, 9, 3)
    assert question.deadline_s == 120.0
    assert events[0].deadline_s == 120.0  # type: ignore[union-attr]
    answer = (await store.messages("local", session))[1]
    expected = {"temperature": 0.5, "max_tokens": 9, "seed": 3, "deadline_s": 120.0}
    assert answer.parameters == expected


async def test_without_a_wish_the_strategy_s_budget_holds(
    services: Services, script: Script
) -> None:
    session = await new_session(services)
    await all_of(await (await services.turns()).ask("local", session, ask_body()))
    assert script.questions[0].deadline_s is None
    answer = (await (await services.store()).messages("local", session))[1]
    expected = {"temperature": 0.2, "max_tokens": 400, "deadline_s": 120.0}
    assert answer.parameters == expected


async def test_a_session_is_deleted_once_its_answers_have_been_stopped(
    tmp_path: Path,
) -> None:
    script = Script(steps=(*said("Forty")[:2], asyncio.Event()))
    async with running(settings(tmp_path / "chat.duckdb"), script) as services:
        turns, session = await services.turns(), await new_session(services)
        subscription = await turns.ask("local", session, ask_body())
        await turns.remove_session("local", session)
        ended = (await all_of(subscription))[-1]
        assert isinstance(ended, Complete)
        assert ended.finish_reason == "cancelled"
        store = await services.store()
        with pytest.raises(NotFound):
            await store.session("local", session)
        with pytest.raises(NotFound):
            await turns.remove_session("local", session)


async def test_the_first_event_names_the_request_that_it_answers(
    services: Services,
) -> None:
    session = await new_session(services)
    turns = await services.turns()
    for name in ("one", "two", "one"):
        body = ask_body(f"What is {name}?", client_message_id=name)
        first = (await all_of(await turns.ask("local", session, body)))[0]
        assert isinstance(first, Start)
        assert first.client_message_id == name


async def test_so_it_does_when_only_the_store_remembers_the_turn(
    services: Services,
) -> None:
    session = await new_session(services)
    turns = await services.turns()
    body = ask_body(client_message_id="one")
    begun = await all_of(await turns.ask("local", session, body))
    turns._around.hub.forget(lambda start: start.turn_id == begun[0].turn_id)
    again = await all_of(await turns.ask("local", session, body))
    assert [each.client_message_id for each in again if isinstance(each, Start)] == [
        "one"
    ]
