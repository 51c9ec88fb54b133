from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.errors import GenerationFailed
from jupyter_llmchat.protocol.events import (
    Chunk,
    Notice,
    Start,
)
from jupyter_llmchat.protocol.requests import ContextPart
from jupyter_llmchat.server.faults import error_event
from jupyter_llmchat.server.services import Services
from jupyter_llmchat.server.settings import ServerSettings

from .builders import (
    Script,
    all_of,
    ask_body,
    complete,
    new_session,
    running,
    text_of,
    until,
)
from .replays import WHOLE, asked, is_replay, simple, stage


@pytest.fixture
def script() -> Script:
    return Script(steps=WHOLE)


@pytest.fixture
def served(
    with_model_file: ServerSettings, script: Script
) -> AbstractAsyncContextManager[Services]:
    return running(with_model_file, script)


CONTEXT = (ContextPart(kind="cell", name="1", text="x = 1"),)


@pytest.mark.parametrize(
    "changed",
    [
        {"question": "What is it? "},
        {"question": "what is it?"},
        {"options": {"temperature": 0.3}},
        {"options": {"seed": 1}},
        {"options": {"strategy": "simple"}},
        {"options": {"deadline_s": 60}},
        {"context": CONTEXT},
        {"owner": "eve"},
    ],
    ids=str,
)
async def test_whatever_is_changed_asks_the_model(
    served: Any, script: Script, changed: dict[str, Any]
) -> None:
    async with served as services:
        await asked(services)
        assert not is_replay(await asked(services, **changed))
        assert is_replay(await asked(services, **changed))
        assert len(script.questions) == 2


async def test_the_same_question_later_in_a_conversation_is_another_one(
    served: Any, script: Script
) -> None:
    async with served as services:
        session = await new_session(services)
        for _ in range(2):
            assert not is_replay(await asked(services, session=session))


@pytest.mark.parametrize("what", ["model", "pipeline", "engine"])
async def test_after_a_restart_with_something_else_the_model_is_asked(
    with_model_file: ServerSettings, what: str
) -> None:
    config = with_model_file
    async with running(config, Script(steps=WHOLE)) as services:
        await asked(services)
    if what == "model":
        Path(config.engine.model_path).write_bytes(b"other weights")
    elif what == "pipeline":
        config = replace(config, pipeline=PipelineConfig(stage_tokens=7))
    else:
        engine = replace(config.engine, kv_type="q8_0")
        config = replace(config, engine=engine)
    async with running(config, Script(steps=WHOLE)) as services:
        assert not is_replay(await asked(services))


async def test_while_the_model_s_file_is_another_one_nothing_is_remembered(
    served: Any, script: Script, with_model_file: ServerSettings
) -> None:
    async with served as services:
        gate = asyncio.Event()
        script.steps = (gate, *simple("Old."))
        turns, session = await services.turns(), await new_session(services)
        subscription = await turns.ask("local", session, ask_body())
        await until(subscription, Start)
        while not script.questions:
            await asyncio.sleep(0.005)
        model = Path(with_model_file.engine.model_path)
        weights = model.read_bytes()
        model.write_bytes(b"other weights")
        gate.set()
        await all_of(subscription)
        script.steps = simple("New.")
        assert text_of(await asked(services)) == "New."
        model.write_bytes(weights)
        assert not is_replay(await asked(services))


@pytest.mark.parametrize(
    "steps",
    [
        (*stage("core", "Cut", reason="length"), complete()),
        (*stage("core", "Cut", reason=None), complete()),
        (*stage("core", "Cut", reason="deadline"), complete("deadline")),
        (*stage("core", "Cut"), complete("cancelled")),
        (*stage("core", "Text."), complete("length")),
        (*stage("core", "One."), *stage("detail", "Cut", reason="length"), complete()),
        (*stage("core", " \n"), complete()),
        (complete(),),
        (*stage("core", "Half."), GenerationFailed("Broken.", "Ask again.")),
        (*stage("core", "X"), error_event(GenerationFailed("No.", "Again."), "")),
        (
            *stage("core", "Text."),
            Notice(turn_id="", code="history_left_out", message="Some was left out."),
            complete(),
        ),
    ],
)
async def test_only_what_is_whole_and_without_remarks_is_given_again(
    served: Any, script: Script, steps: Any
) -> None:
    script.steps = steps
    async with served as services:
        await asked(services)
        await asked(services)
    assert len(script.questions) == 2


async def test_an_answer_that_was_interrupted_is_not_given_again(
    with_model_file: ServerSettings,
) -> None:
    steps = (*stage("core", "Half."), asyncio.Event())
    async with running(with_model_file, Script(steps=steps)) as services:
        turns, session = await services.turns(), await new_session(services)
        await until(await turns.ask("local", session, ask_body()), Chunk)
    async with running(with_model_file, Script(steps=WHOLE)) as services:
        assert not is_replay(await asked(services))


async def test_what_was_deleted_is_not_given_again(served: Any, script: Script) -> None:
    async with served as services:
        start = (await asked(services))[0]
        assert is_replay(await asked(services))
        store = await services.store()
        sql = "DELETE FROM sessions WHERE id = ?"
        session = start.session_id  # type: ignore[union-attr]
        await store._access.write(lambda cursor: cursor.run(sql, session))
        assert not is_replay(await asked(services))
        assert is_replay(await asked(services))
