from __future__ import annotations

import asyncio

import pytest

from jupyter_llmchat.errors import GenerationFailed, NotFound, WorkerLost
from jupyter_llmchat.protocol.events import (
    Complete,
    Error,
    Notice,
    StageChange,
    TurnEvent,
)
from jupyter_llmchat.protocol.fold import fold
from jupyter_llmchat.server.faults import error_event
from jupyter_llmchat.server.services import Services
from jupyter_llmchat.server.stored import replayed

from .builders import (
    Script,
    all_of,
    ask_body,
    checked,
    chunk,
    complete,
    decision,
    new_session,
)

WHOLE = (
    decision(),
    Notice(turn_id="", code="context_left_out", message="It was too long."),
    chunk("Core.", stage="core"),
    StageChange(turn_id="", stage="core", phase="end", tokens=1, ms=12.5),
    chunk("Detail.", stage="detail"),
    complete("length"),
)


async def lived_and_replayed(
    services: Services,
) -> tuple[list[TurnEvent], list[TurnEvent]]:
    turns, session = await services.turns(), await new_session(services)
    lived = await all_of(await turns.ask("local", session, ask_body()))
    log = await replayed(await services.store(), "local", lived[0].turn_id)
    return lived, checked(log.events)


async def test_a_replay_from_the_store_tells_the_same(
    services: Services, script: Script
) -> None:
    script.steps = WHOLE
    lived, again = map(fold, await lived_and_replayed(services))
    assert again.text == lived.text == "Core.\n\nDetail."
    for name in ("session_id", "question", "model", "finish_reason", "metrics"):
        assert getattr(again, name) == getattr(lived, name)
    assert [each.message for each in again.notices] == ["It was too long."]
    assert [each.ms for each in again.stages] == [12.5, 0.0]
    assert [each.chosen for each in again.decisions] == ["simple"]
    assert [each.options for each in again.decisions] == [decision().options]


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (complete("stop"), None),
        (complete("deadline"), None),
        (complete("cancelled"), None),
        (error_event(WorkerLost("Gone.", "Wait."), ""), "worker_lost"),
        (error_event(GenerationFailed("No.", "Again."), ""), "generation_failed"),
    ],
)
async def test_a_replay_ends_as_the_turn_did(
    services: Services, script: Script, end: Complete | Error, code: str | None
) -> None:
    script.steps = (chunk("Text."), end)
    _, again = await lived_and_replayed(services)
    last = again[-1]
    if isinstance(end, Complete):
        assert isinstance(last, Complete)
        assert last.finish_reason == end.finish_reason
    else:
        assert isinstance(last, Error)
        assert (last.code, last.message[-1]) == (code, ".")


async def test_a_turn_that_nobody_runs_any_more_was_interrupted(
    services: Services, script: Script
) -> None:
    script.steps = (asyncio.Event(),)
    turns, session = await services.turns(), await new_session(services)
    subscription = await turns.ask("local", session, ask_body())
    log = await replayed(await services.store(), "local", subscription.turn_id)
    last = log.events[-1]
    assert isinstance(last, Error)
    assert last.code == "worker_lost"


async def test_only_the_owner_gets_a_replay(services: Services) -> None:
    lived, _ = await lived_and_replayed(services)
    with pytest.raises(NotFound):
        await replayed(await services.store(), "eve", lived[0].turn_id)
