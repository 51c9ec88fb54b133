"""Turns that replace one another, are chosen or deleted, and what the model is told."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jupyter_llmchat.errors import NotFound
from jupyter_llmchat.protocol.events import Chunk
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


async def test_what_is_replaced_is_written_no_further(
    services: Services, script: Script
) -> None:
    script.steps = (*said("Forty")[:3], asyncio.Event())
    session = await new_session(services)
    turns, store = await services.turns(), await services.store()
    first = await turns.ask("local", session, ask_body("One?"))
    await until(first, Chunk)
    script.steps = said("Two", ".")
    body = ask_body("One, then?", replaces=first.turn_id)
    second = await all_of(await turns.ask("local", session, body))
    assert text_of(second) == "Two."
    assert (await store.turn("local", first.turn_id)).state == "cancelled"
    (_, answer) = await store.branches.exchange("local", first.turn_id)
    assert answer.text == "Forty"
    assert [each.text for each in await store.messages("local", session)] == [
        "One, then?",
        "Two.",
    ]


async def test_a_turn_that_waited_is_told_what_it_was_asked_after(
    tmp_path: Path,
) -> None:
    script = Script()
    config = settings(tmp_path / "chat.duckdb", turns_running=1)
    async with running(config, script) as services:
        turns, session = await services.turns(), await new_session(services)
        one = await all_of(await turns.ask("local", session, ask_body("One?")))
        gate = asyncio.Event()
        script.steps = (gate, *said("So", "."))
        busy = await new_session(services)
        await turns.ask("local", busy, ask_body("Busy?"))
        waiting = await turns.ask("local", session, ask_body("Two?"))
        edited = ask_body("One, then?", replaces=one[0].turn_id)
        later = await turns.ask("local", session, edited)
        gate.set()
        await all_of(waiting)
        await all_of(later)
    histories = {
        each.text: [earlier.question for earlier in each.history]
        for each in script.questions
    }
    assert histories["Two?"] == ["One?"]
    assert histories["One, then?"] == []


async def test_the_session_s_own_words_are_told_to_the_model(
    services: Services, script: Script
) -> None:
    session = await new_session(services, system_prompt="Be brief.")
    turns, store = await services.turns(), await services.store()
    await all_of(await turns.ask("local", session, ask_body()))
    own = ask_body(options={"system_prompt": "Be kind."})
    await all_of(await turns.ask("local", session, own))
    told = [each.system_prompt for each in script.questions]
    assert told == ["Be brief.", "Be kind."]
    answer = (await store.messages("local", session))[1]
    assert answer.parameters["system_prompt"] == "Be brief."


async def test_a_deleted_turn_is_found_nowhere(services: Services) -> None:
    session = await new_session(services)
    turns = await services.turns()
    events = await all_of(await turns.ask("local", session, ask_body()))
    turn = events[0].turn_id
    with pytest.raises(NotFound):
        await turns.remove("eve", turn)
    await all_of(await turns.listen("local", turn, 0))
    await turns.remove("local", turn)
    for call in (turns.listen("local", turn, 0), turns.remove("local", turn)):
        with pytest.raises(NotFound):
            await call


async def test_the_events_of_a_deleted_session_are_forgotten(
    services: Services,
) -> None:
    session, other = await new_session(services), await new_session(services)
    turns = await services.turns()
    gone = await all_of(await turns.ask("local", session, ask_body()))
    kept = await all_of(await turns.ask("local", other, ask_body()))
    await turns.remove_session("local", session)
    with pytest.raises(NotFound):
        await turns.listen("local", gone[0].turn_id, 0)
    assert await all_of(await turns.listen("local", kept[0].turn_id, 0)) == kept


async def test_a_version_that_is_chosen_is_gone_on_with(
    services: Services, script: Script
) -> None:
    session = await new_session(services)
    turns = await services.turns()
    one = await all_of(await turns.ask("local", session, ask_body("One?")))
    edited = ask_body("One, then?", replaces=one[0].turn_id)
    await all_of(await turns.ask("local", session, edited))
    shown = await turns.select("local", one[0].turn_id)
    assert [each.text for each in shown.messages] == ["One?", "Forty-two."]
    await all_of(await turns.ask("local", session, ask_body("Two?")))
    assert [each.question for each in script.questions[-1].history] == ["One?"]
