"""Clients that follow one turn over connections that break, on either transport."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
from tornado.httpclient import HTTPRequest
from tornado.iostream import StreamClosedError
from tornado.simple_httpclient import HTTPStreamClosedError
from tornado.websocket import (
    WebSocketClientConnection,
    WebSocketClosedError,
    WebSocketProtocol13,
    websocket_connect,
)

from jupyter_llmchat.pipeline import Question
from jupyter_llmchat.protocol.codec import decode_event, decode_frame
from jupyter_llmchat.protocol.events import TERMINAL, TurnEvent
from jupyter_llmchat.protocol.requests import Refused

from .builders import LONG_S, Script, records


def hang_up(connection: WebSocketClientConnection) -> None:
    """Says so and does not wait for the other side, which tornado would."""
    protocol = connection.protocol  # tornado forgets it when it closes
    connection.close()
    if isinstance(protocol, WebSocketProtocol13):
        protocol.stream.close()


@asynccontextmanager
async def connected(
    fetch: Any, number: int
) -> AsyncIterator[list[WebSocketClientConnection]]:
    """So many WebSockets, closed in the end."""
    opened: list[WebSocketClientConnection] = []
    try:
        for _ in range(number):
            opened.append(await fetch("jupyter-llmchat", "api", "socket"))
        yield opened
    finally:
        for each in opened:
            hang_up(each)


@dataclass
class Paced(Script):
    """Says no more than `ahead` events beyond what the quickest reader has read."""

    ahead: int = 15
    _read: int = 0
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    def read_up_to(self, events: int) -> None:
        self._read = max(self._read, events)
        self._moved.set()

    async def __call__(
        self, question: Question, stop: asyncio.Event
    ) -> AsyncGenerator[TurnEvent, None]:
        self.questions.append(question)
        self._read = 0
        for number, step in enumerate(self.steps):
            assert isinstance(step, msgspec.Struct)
            while number > self._read + self.ahead:
                self._moved.clear()
                await self._moved.wait()
            yield msgspec.structs.replace(step, turn_id=question.turn_id)


@dataclass(frozen=True)
class Place:
    """Where a turn is asked for, and by what it is known before it has an id."""

    base_url: str
    token: str
    session_id: str
    client_message_id: str

    @property
    def ask(self) -> dict[str, str]:
        return {"question": "Q?", "client_message_id": self.client_message_id}

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"token {self.token}"}


@dataclass
class Follower:
    """Has in `got` the payloads of the events so far, each once, in order."""

    port: int
    place: Place
    moved: Callable[[int], None] = lambda events: None
    got: list[bytes] = field(default_factory=list)

    @property
    def has_all(self) -> bool:
        return bool(self.got) and isinstance(decode_event(self.got[-1]), TERMINAL)

    @property
    def turn_id(self) -> str:
        return decode_event(self.got[0]).turn_id

    async def connect(self) -> None:
        """One connection, until it breaks or the turn has ended."""
        async with asyncio.timeout(LONG_S):
            await self._connect()

    async def _connect(self) -> None:
        raise NotImplementedError

    def _take(self, payload: bytes) -> None:
        event = decode_frame(payload)
        assert not isinstance(event, Refused), event
        assert event.seq == len(self.got)
        self.got.append(payload)
        self.moved(len(self.got))


class StreamFollower(Follower):
    """Over server-sent events."""

    async def _connect(self) -> None:
        rest = b""
        async with httpx.AsyncClient(
            verify=False, trust_env=False, timeout=LONG_S
        ) as client:
            try:
                async with client.stream(**self._request) as response:
                    assert response.status_code == 200
                    async for piece in response.aiter_raw():
                        whole, end, rest = (rest + piece).rpartition(b"\n\n")
                        for record in records(whole + end):
                            self._take(record.data)
            except httpx.TransportError:
                pass

    @property
    def _request(self) -> dict[str, Any]:
        place = self.place
        base = f"http://127.0.0.1:{self.port}{place.base_url}jupyter-llmchat/api"
        if not self.got:
            url = f"{base}/sessions/{place.session_id}/ask"
            request = {"method": "POST", "json": place.ask}
            return {**request, "url": url, "headers": place.headers}
        url = f"{base}/turns/{self.turn_id}/events"
        last = {"Last-Event-ID": str(len(self.got) - 1)}
        return {"method": "GET", "url": url, "headers": place.headers | last}


class SocketFollower(Follower):
    """Over a WebSocket."""

    async def _connect(self) -> None:
        place = self.place
        request = HTTPRequest(
            f"ws://127.0.0.1:{self.port}{place.base_url}jupyter-llmchat/api/socket",
            headers=place.headers,
        )
        try:
            connection = await websocket_connect(request)
        except (OSError, StreamClosedError, HTTPStreamClosedError):
            return
        try:
            await connection.write_message(json.dumps(self._frame))
            while not self.has_all:
                message = await connection.read_message()
                if message is None:
                    return
                assert isinstance(message, str)
                self._take(message.encode())
        except (WebSocketClosedError, StreamClosedError):
            return
        finally:
            hang_up(connection)

    @property
    def _frame(self) -> dict[str, Any]:
        if not self.got:
            return {
                "type": "ask",
                "session_id": self.place.session_id,
                **self.place.ask,
            }
        return {"type": "resume", "turn_id": self.turn_id, "from_seq": len(self.got)}
