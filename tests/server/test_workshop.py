"""What the keeper of the data has, through the services that handlers use."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jupyter_llmchat.errors import ModelUnavailable, StoreUnavailable
from jupyter_llmchat.protocol.events import Complete, Error
from jupyter_llmchat.server import workshop as module
from jupyter_llmchat.server.services import Services
from jupyter_llmchat.server.settings import TierSettings
from jupyter_llmchat.store import Store

from .builders import (
    HostedFake,
    all_of,
    ask_body,
    eventually,
    new_session,
    running,
    settings,
    text_of,
)


def opening_slowly(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Stores are opened once the event is set."""
    go_on, opened = asyncio.Event(), Store.open

    async def slow(config):  # type: ignore[no-untyped-def]
        await go_on.wait()
        return await opened(config)

    monkeypatch.setattr(Store, "open", slow)
    return go_on


async def test_requests_wait_until_the_database_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = opening_slowly(monkeypatch)
    async with running(settings(tmp_path / "chat.duckdb")) as services:
        waiting = asyncio.create_task(new_session(services))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        assert "being opened" in services.status.store.detail
        go_on.set()
        assert await waiting
        assert services.status.store.kind == "file"


async def test_requests_do_not_wait_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OPEN_S", 0.01)
    go_on = opening_slowly(monkeypatch)
    async with running(settings(tmp_path / "chat.duckdb")) as services:
        for request in (services.store, services.turns):
            with pytest.raises(StoreUnavailable, match="still being opened"):
                await request()
        go_on.set()


async def test_a_database_that_cannot_be_opened_is_a_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(config):  # type: ignore[no-untyped-def]
        raise ImportError("no duckdb")

    monkeypatch.setattr(Store, "open", broken)
    async with running(settings(tmp_path / "chat.duckdb")) as services:
        with pytest.raises(StoreUnavailable, match="could not be opened"):
            await services.turns()
        assert "doctor" in services.status.store.detail
        assert services.status.model.state == "ready"


async def test_an_unwritable_folder_means_memory_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    async with running(settings(tmp_path / "file" / "chat.duckdb")) as services:
        await new_session(services)
        status = services.status.store
        assert (status.kind, status.path) == ("memory", None)
        assert status.detail


async def test_before_the_start_and_after_the_end_nothing_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "OPEN_S", 0.01)
    services = Services(settings(), HostedFake())
    await services.close()
    with pytest.raises(StoreUnavailable):
        await services.store()
    assert services.status.model.state == "stopped"
    await services.start()
    await services.close()
    with pytest.raises(StoreUnavailable, match="shutting down"):
        await services.turns()


async def test_what_does_not_close_does_not_keep_the_rest_open(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "CLOSE_S", 0.05)
    closed: list[str] = []

    class Stuck(HostedFake):
        async def stop(self) -> None:
            await asyncio.Event().wait()

    services = Services(settings(), Stuck())
    await services.start()
    store = await services.store()
    finish = store.close

    async def close() -> None:
        closed.append("store")
        await finish()

    monkeypatch.setattr(store, "close", close)
    await services.close()
    assert closed == ["store"]
    assert "the model did not close cleanly" in caplog.text


async def test_the_pipeline_answers_with_the_model(tmp_path: Path) -> None:
    model = HostedFake()
    services = Services(settings(tmp_path / "chat.duckdb"), model)
    await services.start()
    try:
        session = await new_session(services)
        turns = await services.turns()
        events = await all_of(await turns.ask("local", session, ask_body("Which?")))
        assert isinstance(events[-1], Complete)
        assert "The answer is 42." in text_of(events)
        stored = await (await services.store()).turn("local", events[0].turn_id)
        assert stored.decisions
        assert stored.strategy == events[-1].metrics.strategy
        question, answer = await (await services.store()).messages("local", session)
        assert (question.text, answer.state) == ("Which?", "complete")
        assert answer.prompt_template
    finally:
        await services.close()


async def test_without_a_model_the_question_is_kept_and_the_answer_says_why() -> None:
    model = HostedFake(failure=ModelUnavailable("No model.", "Install one."))
    services = Services(settings(), model)
    await services.start()
    try:
        session = await new_session(services)
        turns = await services.turns()
        end = (await all_of(await turns.ask("local", session, ask_body())))[-1]
        assert isinstance(end, Error)
        assert (end.code, end.hint) == ("model_unavailable", "Install one.")
        messages = await (await services.store()).messages("local", session)
        assert [each.state for each in messages] == ["complete", "failed"]
    finally:
        await services.close()


async def test_the_model_is_tested_and_the_status_shows_it(tmp_path: Path) -> None:
    services = Services(settings(profiles=tmp_path / "models"), HostedFake())
    assert services.status.model.profile is None
    await services.start()
    try:
        await eventually(lambda: services.status.model.profile)
        assert "decisions reliably" in str(services.status.model.profile)
    finally:
        await services.close()


async def test_a_further_model_is_loaded_and_prepared_when_it_is_used(
    tmp_path: Path,
) -> None:
    fast, complex_ = HostedFake(name="small"), HostedFake(name="big")
    tiers = TierSettings(paths={"fast": "", "complex": ""})
    config = settings(tiers=tiers, profiles=tmp_path / "models")
    services = Services(config, fast, {"complex": complex_})
    await services.start()
    try:
        await eventually(lambda: services.status.model.profile)
        assert [each.model.state for each in services.status.tiers] == [
            *("ready", "stopped")
        ]
        assert not complex_.prompts
        async with services.models.use("complex") as model:
            assert model is complex_
            await eventually(lambda: complex_.prompts)
            assert services.status.tiers[1].users == 1
        await eventually(lambda: services.status.tiers[1].model.profile)
    finally:
        await services.close()
    assert (fast.state, complex_.state) == ("stopped", "stopped")


async def test_the_model_is_warmed_up_before_anyone_asks() -> None:
    model = HostedFake()
    services = Services(settings(), model)
    await services.start()
    try:
        await eventually(lambda: len(model.prompts) >= 2)
    finally:
        await services.close()
