"""How the server side is doing. Looking does not count as activity."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_llmchat.protocol.resources import Health

from .base import Endpoint


class ServerHealth(Endpoint):
    """The server answers; says nothing about the model or the database."""

    _track_activity = False

    @web.authenticated
    @authorized
    async def get(self) -> None:
        self.reply(Health(ok=True))


class ServerStatus(Endpoint):
    """The state of the model, the database and the turns."""

    _track_activity = False

    @web.authenticated
    @authorized
    async def get(self) -> None:
        self.reply(self.services.status)
