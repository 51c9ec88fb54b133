"""A reader whose connection breaks anywhere ends up with the very same bytes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from jupyter_llmchat.protocol.events import TurnEvent
from tests.proxy import Fault, Proxy, proxy_to

from .builders import Api, chunk, complete, decision, records
from .followers import Follower, Paced, Place, SocketFollower, StreamFollower

TURNS = 10
CUTS = 10
"""Of each reader, in each turn."""
BYTES = 1500
"""A connection brings so many at most; less than what is said beyond the reader."""
WORDS = ("data: ", "\n", "\n\n", ": ", "é", "\u2028", "🙂", "\x00", '"', "\\", "id: 9")

TRANSPORTS = pytest.mark.parametrize(
    "transport", [StreamFollower, SocketFollower], ids=["sse", "websocket"]
)


def answer(rng: random.Random, chunks: int = 160) -> list[TurnEvent]:
    texts = ("".join(rng.choices(WORDS, k=rng.randrange(1, 8))) for _ in range(chunks))
    said = (chunk(text, number) for number, text in enumerate(texts))
    return [decision(), *said, complete()]


@pytest.fixture
def script() -> Paced:
    return Paced()


@pytest.fixture
async def proxy(http_server_client: Any) -> AsyncIterator[Proxy]:
    async with proxy_to(http_server_client.get_http_port()) as proxy:
        yield proxy


@pytest.fixture
def place(api: Api, jp_serverapp: Any, jp_base_url: str) -> Callable[[str], Place]:
    token = jp_serverapp.identity_provider.token
    return lambda session: Place(jp_base_url, token, session, "mine")


async def follow(reader: Follower, proxy: Proxy, rng: random.Random) -> None:
    """To the end of the turn, over `CUTS` connections that break and one that holds."""
    for _ in range(CUTS):
        cuts = proxy.cuts
        proxy.fault = Fault(
            cut_after=rng.randrange(1, BYTES), is_reset=rng.random() < 0.5
        )
        await reader.connect()
        assert proxy.cuts == cuts + 1
        assert not reader.has_all
    proxy.fault = Fault()
    await reader.connect()
    assert reader.has_all


async def whole(api: Api, turn_id: str) -> list[bytes]:
    """The turn's payloads over a connection that holds."""
    response = await api.get("turns", turn_id, "events")
    return [record.data for record in records(response.body)]


@TRANSPORTS
async def test_a_running_turn_resumes_after_any_cut_off(
    transport: type[Follower], api: Api, proxy: Proxy, place: Any, script: Paced
) -> None:
    rng = random.Random(5)
    for _ in range(TURNS):
        script.steps = answer(rng)
        reader = transport(
            proxy.port, place(await api.new_session()), script.read_up_to
        )
        await follow(reader, proxy, rng)
        assert reader.got == await whole(api, reader.turn_id)
    assert proxy.cuts == TURNS * CUTS
    assert len(script.questions) == TURNS


@TRANSPORTS
async def test_an_ended_turn_resumes_after_any_cut_off(
    transport: type[Follower], api: Api, proxy: Proxy, place: Any, script: Paced
) -> None:
    rng = random.Random(6)
    for _ in range(TURNS):
        script.steps, script.ahead = answer(rng), 1000
        session = await api.new_session()
        asked = await api.ask(session, "Q?", client_message_id="mine")
        reader = transport(proxy.port, place(session))
        await follow(reader, proxy, rng)
        assert reader.got == [record.data for record in records(asked.body)]
    assert proxy.cuts == TURNS * CUTS
    assert len(script.questions) == TURNS


async def test_many_readers_of_one_turn_are_cut_off_each_on_their_own(
    api: Api, http_server_client: Any, place: Any, script: Paced
) -> None:
    script.steps = answer(random.Random(7))
    here = place(await api.new_session())
    port = http_server_client.get_http_port()

    async def read(seed: int) -> list[bytes]:
        kind = (StreamFollower, SocketFollower)[seed % 2]
        async with proxy_to(port) as proxy:
            reader = kind(proxy.port, here, script.read_up_to)
            rng = random.Random(seed)
            while not reader.has_all:
                proxy.fault = Fault(cut_after=rng.randrange(1, 10 * BYTES))
                await reader.connect()
            return reader.got

    first, *others = await asyncio.gather(*(read(seed) for seed in range(6)))
    assert len(first) == len(script.steps) + 1
    assert all(each == first for each in others)
    assert len(script.questions) == 1
