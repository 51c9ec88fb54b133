from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from jupyter_llmchat.server.keeper import link as module
from jupyter_llmchat.server.keeper.link import Link
from jupyter_llmchat.server.keeper.listener import Listener
from tests.server.builders import LONG_S, eventually
from tests.server.keepers import SETTINGS, keeper

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def program(talk: Talk) -> AsyncIterator[int]:
    """The port of a program that is not the keeper."""
    talks: set[asyncio.Task[None]] = set()

    async def tracked(*streams: Any) -> None:
        talks.add(asyncio.ensure_future(talk(*streams)))

    server = await asyncio.start_server(tracked, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
    await asyncio.gather(*talks)


async def signs_of(link: Link) -> list[bool]:
    async with asyncio.timeout(LONG_S):
        found = [each async for each in link.signs()]
    await link.close()
    return found


async def test_signs_come_until_the_keeper_ends() -> None:
    listener = Listener([], SETTINGS)
    link = Link(listener.start())
    signs = link.signs()
    assert await anext(signs)
    await listener.close()
    async with asyncio.timeout(LONG_S):
        assert False not in [each async for each in signs]
    await link.close()


async def test_with_another_secret_it_is_not_the_keeper() -> None:
    listener = Listener([], SETTINGS)
    announced = listener.start()
    assert await signs_of(Link(keeper(port=announced.port, secret="old"))) == []
    await listener.close()


@pytest.mark.parametrize(
    "said",
    [b"", b"SSH-2.0\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nHi\n"],
)
async def test_who_has_the_port_now_is_not_the_keeper(said: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()
        await writer.wait_closed()

    async with program(talk) as port:
        assert await signs_of(Link(keeper(port=port))) == []


async def test_nobody_is_not_the_keeper() -> None:
    async with program(_silent) as port:
        pass
    link = Link(keeper(port=port))
    assert await link.status() is None
    assert await signs_of(link) == []
    assert await link.status() is None


async def test_silence_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENT_S", 0.05)
    async with program(_silent) as port:
        link = Link(keeper(port=port, pid=7))
        assert await signs_of(link) == [False]
    assert "process 7" in str(link.silence)


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()
    await writer.wait_closed()


async def test_what_is_carried_ends_with_the_link() -> None:
    link = Link(keeper())
    done: list[str] = []

    async def work(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            done.append(name)

    tasks = [link.carry(work("request")), link.carry(work("socket"), idles=True)]
    assert link.active == 1
    await asyncio.sleep(0)
    await link.close()
    assert sorted(done) == ["request", "socket"]
    assert all(each.cancelled() for each in tasks)
    await eventually(lambda: link.active == 0)
