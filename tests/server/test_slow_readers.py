"""A reader that is slow, or gone without a word, costs the others nothing."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import websocket
from jupyter_server.serverapp import ServerApp
from tornado.iostream import IOStream

from jupyter_llmchat.protocol.codec import decode_frame
from jupyter_llmchat.protocol.requests import Refused
from jupyter_llmchat.server.ask import EventStream
from jupyter_llmchat.server.hub import BEHIND, Subscription
from jupyter_llmchat.server.socket import Socket
from tests.proxy import Fault, Proxy, proxy_to

from .builders import (
    Api,
    chunk,
    complete,
    eventually,
    left_alone,
    records,
    said,
)
from .followers import Follower, Paced, Place, SocketFollower, StreamFollower

MANY = 3 * BEHIND
LARGE = 200
"""Characters in a chunk."""
HELD = 1 << 16
"""Bytes that the server may hold for one connection."""


@pytest.fixture
def script() -> Paced:
    return Paced(steps=(*(chunk("x" * LARGE, n) for n in range(MANY)), complete()))


@pytest.fixture
def port(http_server_client: Any) -> int:
    return int(http_server_client.get_http_port())


@pytest.fixture
async def proxy(port: int) -> AsyncIterator[Proxy]:
    async with proxy_to(port) as proxy:
        yield proxy


@pytest.fixture
def place(api: Api, jp_serverapp: Any, jp_base_url: str) -> Callable[[str], Place]:
    token = jp_serverapp.identity_provider.token
    return lambda session: Place(jp_base_url, token, session, "mine")


@pytest.fixture(autouse=True)
def small_buffers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network takes in little that is not read, so that little need be said."""
    opened, streamed = Socket.open, EventStream.stream

    def narrow(stream: IOStream) -> None:
        stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)

    async def open_narrowly(self: Socket, *args: str, **kwargs: str) -> None:
        assert self.ws_connection is not None
        narrow(self.ws_connection.stream)
        await opened(self, *args, **kwargs)

    async def stream_narrowly(self: EventStream, subscription: Subscription) -> None:
        narrow(self.request.connection.stream)
        await streamed(self, subscription)

    monkeypatch.setattr(Socket, "open", open_narrowly)
    monkeypatch.setattr(EventStream, "stream", stream_narrowly)


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> list[Socket]:
    """The server's ends of the WebSockets, in the order in which they were opened."""
    found: list[Socket] = []
    initialize = Socket.initialize

    def initialized(self: Socket, services: Any) -> None:
        initialize(self, services)
        found.append(self)

    monkeypatch.setattr(Socket, "initialize", initialized)
    return found


async def deaf_socket(port: int, place: Place, frame: dict[str, Any]) -> Any:
    """A WebSocket that has sent one frame and reads nothing by itself."""
    return await asyncio.to_thread(_deaf_socket, port, place, frame)


def _deaf_socket(port: int, place: Place, frame: dict[str, Any]) -> Any:
    connection = websocket.create_connection(
        f"ws://127.0.0.1:{port}{place.base_url}jupyter-llmchat/api/socket",
        header=place.headers,
        sockopt=((socket.SOL_SOCKET, socket.SO_RCVBUF, 4096),),
        timeout=20,
    )
    connection.send(json.dumps(frame))
    return connection


def _up_to_refusal(connection: Any) -> tuple[list[bytes], Refused]:
    frames: list[bytes] = []
    while True:
        frame = connection.recv().encode()
        decoded = decode_frame(frame)
        if isinstance(decoded, Refused):
            return frames, decoded
        frames.append(frame)


async def test_a_deaf_websocket_is_told_to_resume_and_the_others_read_on(
    port: int, api: Api, place: Any, script: Paced, sockets: list[Socket]
) -> None:
    here = place(await api.new_session())
    held: list[int] = []

    def moved(events: int) -> None:
        if sockets[0].ws_connection is not None:
            held.append(len(sockets[0].ws_connection.stream._write_buffer))
        script.read_up_to(events)

    ask = {"type": "ask", "session_id": here.session_id, **here.ask}
    deaf = await deaf_socket(port, here, ask)
    quick = SocketFollower(port, here, moved)
    await quick.connect()
    assert quick.has_all
    assert len(held) == MANY + 2
    assert max(held) < HELD
    frames, refusal = await asyncio.to_thread(_up_to_refusal, deaf)
    assert frames == quick.got[: len(frames)]
    assert len(frames) < MANY
    assert (refusal.code, refusal.turn_id) == ("busy", quick.turn_id)
    assert refusal.from_seq == len(frames)
    resume = {"type": "resume", "turn_id": quick.turn_id, "from_seq": len(frames)}
    deaf.send(json.dumps(resume))
    rest = [await asyncio.to_thread(deaf.recv) for _ in quick.got[len(frames) :]]
    assert [each.encode() for each in rest] == quick.got[len(frames) :]
    await asyncio.to_thread(deaf.close)


async def test_a_deaf_event_stream_is_cut_and_the_others_read_on(
    port: int, api: Api, place: Any, script: Paced, extension: Any
) -> None:
    here = place(await api.new_session())
    quick = StreamFollower(port, here, script.read_up_to)
    reading = asyncio.create_task(quick.connect())
    await eventually(lambda: quick.got)
    deaf, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    head = (
        f"GET {here.base_url}jupyter-llmchat/api/turns/{quick.turn_id}/events HTTP/1.1",
        "Host: localhost",
        f"Authorization: token {here.token}",
    )
    writer.write("\r\n".join(head).encode() + b"\r\n\r\n")
    await asyncio.wait_for(deaf.readuntil(b"event: start"), 20)
    await reading
    assert quick.has_all
    arrived = await _to_the_end(deaf)
    writer.close()
    assert b"event: complete" not in arrived
    assert len(arrived) < MANY * LARGE / 2
    await left_alone(extension.services, quick.turn_id)


async def _to_the_end(reader: asyncio.StreamReader) -> bytes:
    arrived = bytearray()
    async with asyncio.timeout(20):
        try:
            while piece := await reader.read(1 << 20):
                arrived += piece
        except ConnectionError:
            pass
    return bytes(arrived)


@pytest.mark.parametrize(
    "transport", [StreamFollower, SocketFollower], ids=["sse", "websocket"]
)
async def test_what_arrives_in_drops_is_whole(
    transport: type[Follower], proxy: Proxy, api: Api, place: Any, script: Paced
) -> None:
    script.steps = said(*["dröp "] * 20)
    proxy.fault = Fault(drip_bytes=7)
    reader = transport(proxy.port, place(await api.new_session()), script.read_up_to)
    await reader.connect()
    stream = await api.get("turns", reader.turn_id, "events")
    assert reader.got == [record.data for record in records(stream.body)]


@pytest.fixture
def quick_pings(jp_serverapp: ServerApp) -> None:
    """In milliseconds, as Jupyter has them; this machine may stall for some."""
    settings: dict[str, Any] = jp_serverapp.web_app.settings
    settings.update(ws_ping_interval=20, ws_ping_timeout=1000)


async def test_a_connection_whose_network_is_gone_is_given_up(
    quick_pings: None,
    proxy: Proxy,
    api: Api,
    place: Any,
    script: Paced,
    extension: Any,
    sockets: list[Socket],
) -> None:
    script.steps = said(*["word "] * 50)
    reader = SocketFollower(proxy.port, place(await api.new_session()))
    reading = asyncio.create_task(reader.connect())
    await eventually(lambda: len(reader.got) > 10)
    assert extension.services.turns_active == 1
    proxy.freeze()
    await left_alone(extension.services, reader.turn_id)
    assert sockets[0].ws_connection is None or sockets[0].ws_connection.is_closing()
    script.read_up_to(1000)
    await eventually(lambda: not extension.services.turns_active)
    reading.cancel()
    proxy.thaw()
    again = SocketFollower(proxy.port, reader.place, got=reader.got)
    await again.connect()
    assert again.has_all


async def test_a_quiet_connection_that_answers_pings_stays(
    quick_pings: None,
    proxy: Proxy,
    api: Api,
    place: Any,
    script: Paced,
    sockets: list[Socket],
) -> None:
    script.steps, script.ahead = said(*["word "] * 50), 10
    pongs: list[bytes] = []
    reader = SocketFollower(proxy.port, place(await api.new_session()))
    reading = asyncio.create_task(reader.connect())
    await eventually(lambda: len(reader.got) > 10)
    answered = sockets[0].on_pong

    def on_pong(data: bytes) -> None:
        pongs.append(data)
        answered(data)

    sockets[0].on_pong = on_pong  # type: ignore[method-assign]
    await eventually(lambda: len(pongs) > 15)
    assert not reading.done()
    script.read_up_to(1000)
    await reading
    assert reader.has_all
    assert len(sockets) == 1


async def test_pings_come_every_half_minute_and_silence_is_borne_for_90_s(
    port: int, api: Api, place: Any, script: Paced, sockets: list[Socket]
) -> None:
    script.steps = said("Done.")
    await SocketFollower(port, place(await api.new_session())).connect()
    assert (sockets[0].ping_interval, sockets[0].ping_timeout) == (30_000, 90_000)
