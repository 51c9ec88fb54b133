"""A TCP proxy whose connections go wrong in the way that a test wants."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from typing import Self

PIECE = 1 << 16


@dataclass
class Fault:
    """How the connections behave that are made from now on; bytes count downwards."""

    cut_after: int | None = None
    """So many bytes arrive from the server, then the connection ends."""
    is_reset: bool = True
    """And is not closed in order."""
    drip_bytes: int = PIECE
    """As many at once."""
    delay_s: float = 0.0
    """Before each piece."""


@dataclass
class Proxy:
    """Listens on `port` and passes on to the server."""

    server_port: int
    fault: Fault = field(default_factory=Fault)
    port: int = 0
    cuts: int = 0
    """Connections ended so far, by intention."""
    _flowing: asyncio.Event = field(default_factory=asyncio.Event)
    _passing: set[asyncio.Task[None]] = field(default_factory=set)

    def freeze(self) -> None:
        """Nothing passes any more and nobody is told: a network that is gone."""
        self._flowing.clear()

    def thaw(self) -> None:
        self._flowing.set()

    async def start(self) -> Self:
        self.thaw()
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        self._listener.close()
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        fault = self.fault
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        try:
            # What asyncio's server sees cancelled, it logs.
            with closing(writer), suppress(asyncio.CancelledError, OSError):
                await self._pass_both(reader, writer, fault)
        finally:
            self._passing.discard(task)

    async def _pass_both(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault
    ) -> None:
        there = await asyncio.open_connection("127.0.0.1", self.server_port)
        with closing(there[1]):
            ways = (
                asyncio.ensure_future(self._pass(reader, there[1], Fault())),
                asyncio.ensure_future(self._pass(there[0], writer, fault)),
            )
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in ways:
                    each.cancel()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault
    ) -> None:
        left = fault.cut_after
        with suppress(ConnectionError):
            while left is None or left > 0:
                most = fault.drip_bytes if left is None else min(fault.drip_bytes, left)
                piece = await reader.read(most)
                await self._flowing.wait()
                await asyncio.sleep(fault.delay_s)
                if not piece:
                    return
                left = None if left is None else left - len(piece)
                writer.write(piece)
                await writer.drain()
            self.cuts += 1
            if fault.is_reset:
                _reset(writer)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Closing tells the other side nothing but that the connection broke."""
    connection: socket.socket = writer.get_extra_info("socket")
    linger = struct.pack("ii", 1, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


@asynccontextmanager
async def proxy_to(server_port: int) -> AsyncIterator[Proxy]:
    proxy = await Proxy(server_port).start()
    try:
        yield proxy
    finally:
        await proxy.stop()
