"""Where the keeper of the data takes requests that other servers have let in."""

from __future__ import annotations

import asyncio
import os
import platform
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_server.auth.authorizer import AllowAllAuthorizer
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from jupyter_llmchat.server.identity import ForwardedIdentity

from .ownership import Keeper
from .presence import PATH, Presence

HOST = "127.0.0.1"
BODY_BYTES = 1 << 30
"""Handlers have limits of their own, and the server before this one too."""
_NOT_WANTED = ("static_", "default_handler_", "debug", "autoreload")
"""Beginnings of the names of settings that would add routes or watch files."""


class Listener:
    """Our routes on a port of the loopback interface, for who knows the secret."""

    def __init__(self, routes: Sequence[Any], settings: Mapping[str, Any]) -> None:
        self._secret = secrets.token_hex(32)
        self._ending = asyncio.Event()
        presence = {"secret": self._secret, "ending": self._ending}
        own = _own(settings, ForwardedIdentity(self._secret))
        application = Application([(PATH, Presence, presence), *routes], **own)
        # What the client's address and scheme are is told by the server before this.
        self._server = HTTPServer(application, xheaders=True, max_body_size=BODY_BYTES)

    def start(self) -> Keeper:
        """Takes requests from now on; raises OSError."""
        sockets = bind_sockets(0, HOST)
        self._server.add_sockets(sockets)
        return Keeper(
            pid=os.getpid(),
            host=platform.node(),
            port=sockets[0].getsockname()[1],
            secret=self._secret,
        )

    def refuse(self) -> None:
        """Takes no more requests; those that are being answered go on."""
        self._server.stop()

    async def close(self) -> None:
        """Ends all connections: the other servers learn that this one has ended."""
        self.refuse()
        self._ending.set()
        await self._server.close_all_connections()


def _own(settings: Mapping[str, Any], identity: ForwardedIdentity) -> dict[str, Any]:
    """Those of the Jupyter server, as far as they are not about who may ask."""
    kept = {
        name: value
        for name, value in settings.items()
        if not name.startswith(_NOT_WANTED)
    }
    return kept | {
        "base_url": "/",
        "identity_provider": identity,
        "authorizer": AllowAllAuthorizer(),
        "allow_unauthenticated_access": False,
        # The name in `Host` has been checked by the server that it names.
        "allow_remote_access": True,
        "compress_response": False,
    }
