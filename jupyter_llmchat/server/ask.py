"""Questions over REST; the answer is a stream of server-sent events."""

from __future__ import annotations

import asyncio

from jupyter_server.auth.decorator import authorized
from tornado import web
from tornado.iostream import StreamClosedError

from jupyter_llmchat.errors import BadRequest, LLMChatError
from jupyter_llmchat.protocol.requests import AskBody
from jupyter_llmchat.protocol.resources import Cancelled
from jupyter_llmchat.protocol.sse import HEARTBEAT, frame

from .base import Endpoint, identifier
from .hub import Subscription

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
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("Cache-Control", "no-cache, no-transform")
        self.set_header("X-Accel-Buffering", "no")
        try:
            await self._send(subscription)
            self.finish(set_content_type="text/event-stream")
        except (StreamClosedError, TimeoutError, LLMChatError) as error:
            # Cut, not finished: a client that is still there sees that it must resume.
            self.log.debug("a stream of events was cut: %s", error)
            self.detach().close()
        finally:
            subscription.close()

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
            self.write(b"".join(map(frame, events)) if events else HEARTBEAT)
            await self._flush()

    async def _flush(self) -> None:
        async with asyncio.timeout(WRITE_S):
            await self.flush()


class Ask(EventStream):
    """Ask a question in a session."""

    @web.authenticated
    @authorized
    async def post(self, session_id: str) -> None:
        asked = self.body(AskBody)
        turns = await self.services.turns()
        session = identifier(session_id, "session")
        await self.stream(await turns.ask(self.owner, session, asked))


class TurnEvents(EventStream):
    """Listen to a turn again, from any event on."""

    @web.authenticated
    @authorized
    async def get(self, turn_id: str) -> None:
        from_seq = self._from_seq()
        turns = await self.services.turns()
        turn = identifier(turn_id, "turn")
        await self.stream(await turns.listen(self.owner, turn, from_seq))

    def _from_seq(self) -> int:
        last = self.request.headers.get("Last-Event-ID")
        given = self.get_query_argument("from_seq", "0") if last is None else last
        if not given.isascii() or not given.isdigit() or len(given) > 9:
            raise BadRequest(
                "Last-Event-ID and from_seq are whole numbers from 0 on.",
                "Send the id of the last event that was received.",
            )
        return int(given) + (last is not None)


class OneTurn(Endpoint):
    """A question and what became of it."""

    @web.authenticated
    @authorized
    async def get(self, turn_id: str) -> None:
        store = await self.services.store()
        self.reply(await store.turn(self.owner, identifier(turn_id, "turn")))


class CancelTurn(Endpoint):
    """Stop a turn; what was said is kept."""

    @web.authenticated
    @authorized
    async def post(self, turn_id: str) -> None:
        turns = await self.services.turns()
        stopping = await turns.cancel(self.owner, identifier(turn_id, "turn"))
        self.reply(Cancelled(stopping=stopping))
