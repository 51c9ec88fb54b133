"""Context that a question may soon be asked about, over REST."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_llmchat.protocol.requests import PrepareBody

from .base import Endpoint, identifier


class Prepare(Endpoint):
    """Have the model read a session's notebook and conversation in idle time."""

    @web.authenticated
    @authorized
    async def post(self, session_id: str) -> None:
        asked = self.body(PrepareBody)
        turns = await self.services.turns()
        session = identifier(session_id, "session")
        await turns.prepare(self.owner, session, asked.context)
        self.set_status(202)
        self.finish(b"{}")
