from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jupyter_llmchat.errors import StoreUnavailable
from jupyter_llmchat.server import services as module
from jupyter_llmchat.server.keeper.link import Link
from jupyter_llmchat.server.keeper.ownership import Ownership
from jupyter_llmchat.server.services import Services

from .builders import HostedFake, eventually, new_session, running, settings
from .keepers import keeper, keeping


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "chat.duckdb"


async def test_who_keeps_the_data_itself_names_nobody(path: Path) -> None:
    async with running(settings(path)) as services:
        await services.store()
        assert await services.keeper() is None
        assert await services.whole_status() == services.status
        assert services.status.keeper_pid is None


async def test_a_keeper_that_closes_leaves_nothing_locked(path: Path) -> None:
    async with running(settings(path)) as services:
        session = await new_session(services)
    async with running(settings(path)) as services:
        assert (await (await services.store()).session("local", session)).id == session


async def test_memory_is_nobody_else_s_business() -> None:
    async with running(settings()) as first, running(settings()) as second:
        assert await first.keeper() is await second.keeper() is None
        await new_session(first)
        assert not await (await second.store()).sessions("local")


async def test_a_follower_shows_the_keeper_s_status_and_opens_nothing(
    path: Path,
) -> None:
    model = HostedFake()
    async with keeping(path) as first:
        second = Services(settings(path), model)
        await second.start()
        assert isinstance(await second.keeper(), Link)
        status = await second.whole_status()
        assert status.store.path == first.status.store.path
        assert status.model == first.status.model
        assert (status.keeper_pid is None, model.state) == (False, "stopped")
        assert second.status.store.path is None
    assert await second.keeper() is None
    await eventually(lambda: model.state == "ready")
    await second.close()
    assert model.state == "stopped"


async def test_trouble_with_the_keeper_is_a_state(path: Path) -> None:
    other = Ownership(path.parent)
    other.claim()
    other.announce(keeper(version="0.0.1"))
    services = Services(settings(path), HostedFake())
    await services.start()
    with pytest.raises(StoreUnavailable, match=r"version 0\.0\.1"):
        await services.keeper()
    status = await services.whole_status()
    assert (status.store.kind, status.model.state) == ("memory", "stopped")
    assert "version 0.0.1" in status.store.detail
    await services.close()
    other.release()


async def test_the_status_does_not_wait_until_it_is_known_who_keeps_the_data(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STATUS_S", 0.01)
    other = Ownership(path.parent)
    other.claim()
    services = Services(settings(path), HostedFake())
    await services.start()
    waiting = asyncio.create_task(services.keeper())
    assert "being opened" in (await services.whole_status()).store.detail
    assert not waiting.done()
    other.release()
    assert await waiting is None
    await services.close()
