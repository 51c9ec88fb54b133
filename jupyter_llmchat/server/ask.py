"""Questions over REST; the answer is a stream of server-sent events."""

from __future__ import annotations

import asyncio

import msgspec
from tornado.iostream import StreamClosedError

from jupyter_llmchat.errors import BadRequest, LLMChatError
from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.protocol.requests import AskBody, EventsQuery
from jupyter_llmchat.protocol.resources import Cancelled, DecisionList, Turn
from jupyter_llmchat.protocol.sse import HEARTBEAT, frame

from .base import Endpoint
from .hub import Subscription
from .operation import EVENT_STREAM, operation

HEARTBEAT_S = 15.0
"""A quiet stream says this often that it is alive."""
WRITE_S = 30.0
"""A client that has taken nothing for this long has gone."""


class EventStream(Endpoint):
    """Base of the handlers that answer with a turn's events."""

    _subscription: Subscription | None = None

    async def stream(self, subscription: Subscription) -> None:
        """Sends until the turn has ended or the client has gone; the turn goes on."""
        self._subscription = subscription
        self.set_header("Content-Type", EVENT_STREAM)
        self.set_header("Cache-Control", "no-cache, no-transform")
        self.set_header("X-Accel-Buffering", "no")
        try:
            await self._send(subscription)
            self.finish(set_content_type=EVENT_STREAM)
        except (StreamClosedError, TimeoutError, LLMChatError) as error:
            # Cut, not finished: a client that is still there sees that it must resume.
            self.log.debug("a stream of events was cut: %s", error)
            self.detach().close()
        finally:
            subscription.close()

    def framed(self, events: tuple[TurnEvent, ...]) -> bytes:
        """Events as they are sent; other protocols say them in their own words."""
        return b"".join(map(frame, events))

    def on_connection_close(self) -> None:
        super().on_connection_close()
        if self._subscription is not None:
            self._subscription.close()

    async def _send(self, subscription: Subscription) -> None:
        # The headers go out at once: a question in line has no event for a while.
        if not subscription.has_news:
            await self._flush()
        while not subscription.ended:
            events = await subscription.read(HEARTBEAT_S)
            self.write(self.framed(events) if events else HEARTBEAT)
            await self._flush()

    async def _flush(self) -> None:
        async with asyncio.timeout(WRITE_S):
            await self.flush()


class Ask(EventStream):
    """Ask a question in a session."""

    @operation(body=AskBody, reply=TurnEvent, media=EVENT_STREAM)
    async def post(self, session_id: str, asked: AskBody) -> None:
        """Ask a question; the answer is a stream of events."""
        turns = await self.services.turns()
        await self.stream(await turns.ask(self.owner, session_id, asked))


class TurnEvents(EventStream):
    """Listen to a turn again, from any event on."""

    @operation(query=EventsQuery, reply=TurnEvent, media=EVENT_STREAM)
    async def get(self, turn_id: str, query: EventsQuery) -> None:
        """Listen to a turn again, from any event on."""
        from_seq = self._after_last() or query.from_seq
        turns = await self.services.turns()
        await self.stream(await turns.listen(self.owner, turn_id, from_seq))

    def _after_last(self) -> int:
        """The event after the one that a client names as its last; 0 for none."""
        last = self.request.headers.get("Last-Event-ID")
        if last is None:
            return 0
        if not last.isascii() or not last.isdigit() or len(last) > 9:
            raise BadRequest(
                "Last-Event-ID is a whole number from 0 on.",
                "Send the id of the last event that was received.",
            )
        return int(last) + 1


class OneTurn(Endpoint):
    """A question and what became of it."""

    @operation(reply=Turn)
    async def get(self, turn_id: str) -> Turn:
        """See what became of a question."""
        store, turns = await self.services.store(), await self.services.turns()
        turn = await store.turn(self.owner, turn_id)
        listeners = turns.listeners(self.owner, turn_id)
        return msgspec.structs.replace(turn, listeners=listeners)

    @operation(status=204)
    async def delete(self, turn_id: str) -> None:
        """Delete a question and its answer; what follows them stays."""
        turns = await self.services.turns()
        await turns.remove(self.owner, turn_id)


class TurnDecisions(Endpoint):
    """What the model decided about an answer."""

    @operation(reply=DecisionList)
    async def get(self, turn_id: str) -> DecisionList:
        """List the decisions of a turn, with the probabilities they were taken by."""
        store = await self.services.store()
        taken = await store.branches.decisions(self.owner, turn_id)
        return DecisionList(decisions=taken)


class CancelTurn(Endpoint):
    """Stop a turn; what was said is kept."""

    @operation(reply=Cancelled)
    async def post(self, turn_id: str) -> Cancelled:
        """Stop an answer; what was said is kept."""
        turns = await self.services.turns()
        return Cancelled(stopping=await turns.cancel(self.owner, turn_id))
