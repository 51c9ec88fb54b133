"""Context that a question may soon be asked about, over REST."""

from __future__ import annotations

from jupyter_llmchat.protocol.requests import PrepareBody
from jupyter_llmchat.protocol.resources import Accepted

from .base import Endpoint
from .operation import operation


class Prepare(Endpoint):
    """Have the model read a session's notebook and conversation in idle time."""

    @operation(body=PrepareBody, reply=Accepted, status=202)
    async def post(self, session_id: str, asked: PrepareBody) -> Accepted:
        """Have the model read what a question may soon be asked about."""
        turns = await self.services.turns()
        await turns.prepare(self.owner, session_id, asked.context)
        return Accepted()
