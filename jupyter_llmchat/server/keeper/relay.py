"""A WebSocket whose frames are answered by the server that keeps the data."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import (
    WebSocketClientConnection,
    WebSocketClosedError,
    WebSocketError,
    WebSocketHandler,
    websocket_connect,
)

from jupyter_llmchat.errors import StoreUnavailable
from jupyter_llmchat.server.services import Services

from .forwarding import address_of, headers_for
from .link import SILENT_S, Link
from .listener import HOST

WRITE_S = 10.0
"""A client that has taken nothing for this long is disconnected; it can resume."""
FRAME_BYTES = 64 << 20
"""Of what the keeper says; what a client says has a limit of its own."""
SERVICE_RESTART = 1012
TRY_AGAIN_LATER = 1013
_OF_HANDSHAKE = "sec-websocket-"


async def relayed(handler: Any, services: Services) -> Relay | None:
    """For a handshake that was let in, before it is answered; None for the keeper.

    Raises StoreUnavailable where there is no keeper that answers.
    """
    passed: Link | None = None
    while (link := await services.keeper(passed)) is not None:
        try:
            return Relay(link, await _connected(handler, link))
        except OSError:
            passed = link
        except (HTTPClientError, WebSocketError) as error:
            raise services.trouble or StoreUnavailable(
                "The Jupyter server that keeps the conversations took no connection.",
                "Connect again in a moment.",
            ) from error
    return None


class Relay:
    """Passes frames on both ways, each side as fast as the other one takes them."""

    def __init__(self, link: Link, keeper: WebSocketClientConnection) -> None:
        self._link = link
        self._keeper = keeper
        self._back: asyncio.Task[None] | None = None

    def start(self, client: WebSocketHandler) -> None:
        """Passes back what the keeper says, until one of the three has gone."""
        self._back = self._link.carry(self._passed_back(client), idles=True)

    async def send(self, frame: str | bytes) -> None:
        """Raises WebSocketClosedError when the keeper has gone."""
        await self._keeper.write_message(frame, isinstance(frame, bytes))

    def close(self) -> None:
        """The client has gone."""
        if self._back is not None:
            self._back.cancel()
        self._keeper.close()

    async def _passed_back(self, client: WebSocketHandler) -> None:
        code, reason = SERVICE_RESTART, "the server that kept the data has ended"
        try:
            while (frame := await self._keeper.read_message()) is not None:
                # Awaited, so that what a slow client has not taken does not pile up.
                async with asyncio.timeout(WRITE_S):
                    await client.write_message(frame, isinstance(frame, bytes))
            code = self._keeper.close_code or code
            reason = self._keeper.close_reason or reason
        except (WebSocketClosedError, TimeoutError):
            code, reason = TRY_AGAIN_LATER, "the connection is too slow"
        finally:
            self._keeper.close()
            with suppress(WebSocketClosedError):
                client.close(code, reason)


async def _connected(handler: Any, link: Link) -> WebSocketClientConnection:
    headers = {
        name: value
        for name, value in headers_for(handler, link).items()
        if not name.lower().startswith(_OF_HANDSHAKE)
    }
    request = HTTPRequest(
        f"ws://{HOST}:{link.keeper.port}{address_of(handler)}",
        headers=headers,
        connect_timeout=SILENT_S,
        request_timeout=SILENT_S,
    )
    return await websocket_connect(request, max_message_size=FRAME_BYTES)
