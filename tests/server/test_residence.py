from __future__ import annotations

import asyncio

from jupyter_llmchat.protocol.ids import Tier
from jupyter_llmchat.server.residence import Residence

from .builders import HostedFake


def residence(keep_alive_s: float = 10.0) -> Residence:
    return Residence(tier="complex", model=HostedFake(), keep_alive_s=keep_alive_s)


async def test_what_was_not_started_takes_no_memory_and_does_not_expire() -> None:
    place = residence()
    assert not place.is_loaded
    assert not place.is_expired(1e9)
    assert place.status.model.detail == "Loaded when it is needed."


async def test_what_is_used_does_not_expire() -> None:
    place = residence()
    await place.start(100.0)
    place.users = 1
    assert place.is_loaded and not place.is_idle
    assert not place.is_expired(1e9)
    place.users = 0
    assert not place.is_expired(109.0)
    assert place.is_expired(110.0)


async def test_without_a_keep_alive_time_it_stays() -> None:
    place = residence(keep_alive_s=0.0)
    await place.start(0.0)
    assert place.is_idle and not place.is_expired(1e9)


async def test_one_that_failed_takes_no_memory_and_is_left_to_itself() -> None:
    place = residence()
    await place.start(0.0)
    assert isinstance(place.model, HostedFake)
    place.model.state = "failed"
    assert not place.is_loaded
    await place.start(1.0)
    assert place.status.model.state == "failed"


async def test_stopping_ends_what_prepares_it() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def prepare(tier: Tier) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    place = residence()
    await place.start(0.0, prepare)
    await begun.wait()
    await place.stop()
    await ended.wait()
    assert place.status.model.state == "stopped"


async def test_a_loading_that_nobody_waits_for_may_fail() -> None:
    async def load() -> None:
        raise OSError("no disk")

    place = residence()
    await asyncio.wait([place.wait_for(load())])
    await asyncio.sleep(0)
    assert place.loading is None
