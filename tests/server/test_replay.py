from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jupyter_llmchat.errors import Conflict, GenerationFailed, StoreUnavailable
from jupyter_llmchat.protocol.events import (
    Complete,
    Start,
)
from jupyter_llmchat.protocol.fold import fold
from jupyter_llmchat.server.services import Services
from jupyter_llmchat.server.settings import ServerSettings

from .builders import (
    Script,
    all_of,
    ask_body,
    checked,
    new_session,
    running,
    settings,
    text_of,
)
from .replays import METRICS, WHOLE, asked, is_replay, simple, told


@pytest.fixture
def script() -> Script:
    return Script(steps=WHOLE)


@pytest.fixture
def served(
    with_model_file: ServerSettings, script: Script
) -> AbstractAsyncContextManager[Services]:
    return running(with_model_file, script)


async def test_an_answer_is_given_again_word_for_word(
    served: Any, script: Script
) -> None:
    async with served as services:
        lived, again = await asked(services), await asked(services)
        assert len(script.questions) == 1
        assert (is_replay(lived), is_replay(again)) == (False, True)
        assert told(fold(again)) == told(fold(lived))
        assert fold(again).text == "Forty-two. \U0001f600\n\nBetter."
        first, second = lived[0], again[0]
        assert isinstance(first, Start)
        assert isinstance(second, Start)
        assert first.question == second.question
        for name in ("turn_id", "answer_id", "message_id", "session_id"):
            assert getattr(first, name) != getattr(second, name)


async def test_it_is_stored_as_a_turn_of_its_own(served: Any) -> None:
    async with served as services:
        store = await services.store()
        first, second = [(await asked(services))[0] for _ in range(2)]
        turns = [await store.turn("local", each.turn_id) for each in (first, second)]
        for name in ("state", "finish_reason", "strategy", "decisions"):
            assert getattr(turns[0], name) == getattr(turns[1], name)
        answers = [
            (await store.messages("local", turn.session_id))[1] for turn in turns
        ]
        for name in ("text", "stages", "state", "tokens", "model", "parameters"):
            assert getattr(answers[0], name) == getattr(answers[1], name)
        assert answers[1].id == second.answer_id  # type: ignore[union-attr]
        assert turns[1].metrics is not None
        assert answers[1].processing_ms == turns[1].metrics.total_ms


async def test_its_figures_are_its_own(served: Any) -> None:
    async with served as services:
        await asked(services)
        last = (await asked(services))[-1]
        assert isinstance(last, Complete)
        metrics = last.metrics
        # Reading the clock is all that can be said of them here.
        assert metrics.total_ms == metrics.first_token_ms
        made = ("total_ms", "first_token_ms", "token_ms", "tokens_per_s")
        assert metrics == msgspec.structs.replace(
            METRICS,
            is_replay=True,
            prompt_tokens=0,
            **{name: getattr(metrics, name) for name in made},
        )
        assert (metrics.token_ms, metrics.tokens_per_s) == (None, None)


async def test_it_can_be_listened_to_again(served: Any) -> None:
    async with served as services:
        await asked(services)
        turns = await services.turns()
        again = await asked(services)
        turn_id = again[0].turn_id
        assert await all_of(await turns.listen("local", turn_id, 0)) == again
        assert await all_of(await turns.listen("local", turn_id, 3)) == again[3:]
        assert not await turns.cancel("local", turn_id)
        assert turns.active == 0


async def test_after_a_restart_no_model_is_needed(
    with_model_file: ServerSettings,
) -> None:
    async with running(with_model_file, Script(steps=WHOLE)) as services:
        lived = await asked(services)
    broken = Script(steps=(GenerationFailed("No model."),))
    async with running(with_model_file, broken) as services:
        again = await asked(services)
        from_store = await (await services.turns()).listen("local", again[0].turn_id, 0)
    assert told(fold(again)) == told(fold(lived))
    assert broken.questions == []
    assert checked(await all_of(from_store))


async def test_it_works_in_memory(
    with_model_file: ServerSettings, script: Script
) -> None:
    in_memory = replace(with_model_file, store=settings().store)
    async with running(in_memory, script) as services:
        assert [is_replay(await asked(services)) for _ in range(3)] == [
            False,
            True,
            True,
        ]


async def test_a_conversation_is_repeated_as_a_whole(
    served: Any, script: Script
) -> None:
    async with served as services:
        for expected in (False, True):
            session = await new_session(services)
            for question in ("One?", "Two?", "Two?"):
                events = await asked(services, question, session)
                assert is_replay(events) is expected
        assert [len(each.history) for each in script.questions] == [0, 1, 2]


async def test_it_goes_before_those_who_wait(
    with_model_file: ServerSettings, script: Script
) -> None:
    async with running(replace(with_model_file, turns_running=1), script) as services:
        await asked(services)
        script.steps = (asyncio.Event(),)
        turns, session = await services.turns(), await new_session(services)
        for number in range(2):
            await turns.ask("local", session, ask_body(f"Busy {number}?"))
        assert is_replay(await asked(services))
        assert turns.active == 2


@pytest.mark.parametrize("option", ["question", "session"])
async def test_a_fresh_answer_is_made_and_takes_the_place_of_the_other(
    served: Any, script: Script, option: str
) -> None:
    async with served as services:
        await asked(services)
        script.steps = simple("Forty-three.")
        if option == "question":
            events = await asked(services, options={"fresh": True})
        else:
            session = await new_session(services, fresh=True)
            events = await asked(services, session=session)
        assert not is_replay(events)
        again = await asked(services)
        assert is_replay(again)
        assert text_of(again) == "Forty-three."
        assert len(script.questions) == 2


async def test_a_repeated_request_joins_the_turn(served: Any) -> None:
    async with served as services:
        await asked(services)
        turns, session = await services.turns(), await new_session(services)
        body = ask_body(client_message_id="mine")
        both = [turns.ask("local", session, body) for _ in range(5)]
        streams = [await all_of(each) for each in await asyncio.gather(*both)]
        streams.append(await all_of(await turns.ask("local", session, body)))
        assert all(stream == streams[0] for stream in streams)
        assert is_replay(streams[0])
        other = ask_body("Else?", client_message_id="mine")
        with pytest.raises(Conflict):
            await turns.ask("local", session, other)
        store = await services.store()
        assert len(await store.messages("local", session)) == 2


async def test_a_replay_that_cannot_be_stored_is_refused(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served as services:
        await asked(services)
        store, session = await services.store(), await new_session(services)

        async def full(*args: Any) -> None:
            raise StoreUnavailable("The disk is full.", "Free some space.")

        with monkeypatch.context() as broken:
            broken.setattr(store, "take_turn", full)
            with pytest.raises(StoreUnavailable):
                await asked(services, session=session)
        assert await store.messages("local", session) == ()
        assert is_replay(await asked(services, session=session))


async def test_without_a_readable_model_file_every_question_is_asked(
    with_model_file: ServerSettings, script: Script
) -> None:
    Path(with_model_file.engine.model_path).unlink()
    async with running(with_model_file, script) as services:
        for _ in range(2):
            assert not is_replay(await asked(services))


async def test_a_known_answer_can_take_the_place_of_another_turn(
    served: Any, script: Script
) -> None:
    async with served as services:
        session, store = await new_session(services), await services.store()
        one = await asked(services, "One?", session)
        await asked(services, "Two?", session)
        # What followed the replaced question does not count: this has been answered.
        again = await asked(services, "One?", session, replaces=one[0].turn_id)
        assert (is_replay(again), len(script.questions)) == (True, 2)
        page = await store.branches.page("local", session)
        assert [each.turn_id for each in page.messages] == [again[0].turn_id] * 2
        assert page.messages[0].versions == (one[0].turn_id, again[0].turn_id)
        two = await asked(services, "Two?", session)
        assert is_replay(two)
        assert (await store.session("local", session)).messages == 8


async def test_a_deleted_answer_is_not_given_again(served: Any, script: Script) -> None:
    async with served as services:
        first = await asked(services)
        await (await services.turns()).remove("local", first[0].turn_id)
        assert not is_replay(await asked(services))
