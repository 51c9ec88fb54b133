"""Context that a question may soon be asked about, over REST."""

from __future__ import annotations

from jupyter_llmchat.protocol.requests import PrepareBody
from jupyter_llmchat.protocol.resources import Accepted, SeenContext

from .base import Endpoint
from .hiding import without_secrets
from .operation import operation


class Prepare(Endpoint):
    """Have the model read a session's notebook and conversation in idle time."""

    @operation(body=PrepareBody, reply=Accepted, status=202)
    async def post(self, session_id: str, asked: PrepareBody) -> Accepted:
        """Have the model read what a question may soon be asked about."""
        turns = await self.services.turns()
        await turns.prepare(self.owner, session_id, asked.context)
        return Accepted()


class PrepareNew(Endpoint):
    """The same for a conversation that begins with its first question."""

    @operation(body=PrepareBody, reply=Accepted, status=202)
    async def post(self, asked: PrepareBody) -> Accepted:
        """Have the model read what a new conversation may soon begin with."""
        turns = await self.services.turns()
        await turns.prepare(self.owner, None, asked.context)
        return Accepted()


class SeenByModel(Endpoint):
    """What becomes of context before a model reads it."""

    @operation(body=PrepareBody, reply=SeenContext)
    async def post(self, asked: PrepareBody) -> SeenContext:
        """See context as a model would be given it, without secrets; keeps nothing."""
        return SeenContext(context=await without_secrets(asked.context))
