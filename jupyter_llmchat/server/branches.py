"""Versions of a conversation over REST: asked again, chosen, deleted."""

from __future__ import annotations

from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.protocol.requests import RegenerateBody
from jupyter_llmchat.protocol.resources import MessageList

from .ask import EventStream
from .base import Endpoint
from .operation import EVENT_STREAM, operation


class Regenerate(EventStream):
    """Ask the same question again."""

    @operation(body=RegenerateBody, reply=TurnEvent, media=EVENT_STREAM)
    async def post(self, turn_id: str, asked: RegenerateBody) -> None:
        """Ask a turn's question again; the new turn takes its place and is streamed."""
        turns = await self.services.turns()
        await self.stream(await turns.regenerate(self.owner, turn_id, asked))


class SelectTurn(Endpoint):
    """Choose between versions of a conversation."""

    @operation(reply=MessageList)
    async def post(self, turn_id: str) -> MessageList:
        """Go on with the version of the conversation that a turn is part of."""
        turns = await self.services.turns()
        return await turns.select(self.owner, turn_id)


class OneMessage(Endpoint):
    """A question or an answer."""

    @operation(status=204)
    async def delete(self, message_id: str) -> None:
        """Delete a question together with its answer, whichever of them is named."""
        store, turns = await self.services.store(), await self.services.turns()
        turn_id = await store.branches.turn_of(self.owner, message_id)
        await turns.remove(self.owner, turn_id)
