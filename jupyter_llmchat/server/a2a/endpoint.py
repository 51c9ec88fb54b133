"""A2A over HTTP: the card, and calls that are answered once or by a stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import msgspec

from jupyter_llmchat.errors import LLMChatError, TooLarge
from jupyter_llmchat.protocol.codec import encode
from jupyter_llmchat.protocol.events import Start, TurnEvent
from jupyter_llmchat.server.ask import EventStream
from jupyter_llmchat.server.base import Endpoint
from jupyter_llmchat.server.faults import INTERNAL
from jupyter_llmchat.server.operation import EVENT_STREAM, permitted

from .agent import Agent, followed, known
from .card import card
from .methods import Method, Verb, method_of
from .progress import Progress, begun, reached
from .rpc import CallId, Kind, Result, RpcError, call, call_id, failure
from .task import Task, Update
from .wire import Named, Sent

CALLS = "jupyter-llmchat/a2a"
"""Address of the calls, below the server's base URL."""
VERSION_HEADER = "A2A-Version"


class AgentCard(Endpoint):
    """What the agent can do, and where it is called.

    Like everything here it is only for whom Jupyter lets in: a client sends the token
    with its first request already.
    """

    answered_here = True

    @permitted
    async def get(self) -> None:
        """The agent's card."""
        request = self.request
        self.reply(card(f"{request.protocol}://{request.host}{self.base_url}{CALLS}"))


class Calls(EventStream):
    """One call a request. Once a caller is let in, errors leave as JSON-RPC."""

    _id: CallId = None
    _method: Method | None = None
    _progress: Progress | None = None
    """As far as a stream has told it."""
    _history_length: int | None = None

    @permitted
    async def post(self) -> None:
        """Call a method."""
        received = self._received()
        self._id = call_id(received)
        asked = call(received)
        version = self.request.headers.get(VERSION_HEADER, "").strip()
        self._method = method = method_of(asked.method, version)
        agent = Agent(self.services, self.owner)
        if method.verb in (Verb.SEND, Verb.STREAM):
            await self._sent(agent, method, method.wire.sent(asked.params))
        else:
            await self._asked(agent, method, method.wire.named(asked.params))

    def framed(self, events: tuple[TurnEvent, ...]) -> bytes:
        """A stream's answers to the call: the task first, then what is new about it."""
        return b"".join(map(self._frame, self._news(events)))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Whom Jupyter turns away gets HTTP's words, as everywhere; others A2A's."""
        exc_info = kwargs.get("exc_info")
        error = exc_info[1] if exc_info else None
        if not isinstance(error, RpcError | LLMChatError):
            if status_code != 500:
                super().write_error(status_code, **kwargs)
                return
            error = INTERNAL
        self.set_status(error.status if isinstance(error, RpcError) else 200)
        body = encode(failure(error, self._id))
        if self._method is not None and self._method.verb.streams:
            # A client of 0.x reads nothing but a stream.
            self.set_header("Content-Type", EVENT_STREAM)
            self.finish(_record(body), set_content_type=EVENT_STREAM)
        else:
            self.set_header("Content-Type", "application/json")
            self.finish(body)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """As for other errors that are part of a protocol."""
        if isinstance(value, RpcError):
            self.log.debug("%s: %s", self.request.path, value.kind.reason)
        else:
            super().log_exception(typ, value, tb)

    def _received(self) -> Any:
        try:
            return self.body(Any)
        except LLMChatError as error:
            is_no_json = error.__cause__ is not None
            kind = Kind.PARSE if is_no_json else Kind.INVALID_REQUEST
            status = error.status if isinstance(error, TooLarge) else 200
            raise RpcError(kind, error.message, error.hint, status) from error

    async def _sent(self, agent: Agent, method: Method, sent: Sent) -> None:
        self._history_length = sent.history_length
        subscription = await agent.send(sent)
        if method.verb.streams:
            await self.stream(subscription)
            return
        self._subscription = subscription
        try:
            if sent.blocking:
                progress = await followed(subscription)
            else:
                progress = reached(await known(subscription))
        finally:
            subscription.close()
        self._reply(method.wire.reply(self._shown(progress)))

    async def _asked(self, agent: Agent, method: Method, named: Named) -> None:
        self._history_length = named.history_length
        if method.verb is Verb.LISTEN:
            self._progress, rest = await agent.listen(named.task_id)
            self.write(self._frame(self._shown(self._progress)))
            await self.stream(rest)
            return
        if method.verb is Verb.CANCEL:
            progress = await agent.cancel(named.task_id)
        else:
            progress = await agent.look(named.task_id)
        self._reply(method.wire.task(self._shown(progress)))

    def _reply(self, result: msgspec.Struct) -> None:
        self.reply(Result(id=self._id, result=result))

    def _shown(self, progress: Progress) -> Task:
        """With as much of the history as was asked for."""
        task, length = progress.task, self._history_length
        if length is None:
            return task
        return replace(task, history=task.history[-length:] if length else ())

    def _news(self, events: Iterable[TurnEvent]) -> Iterator[Task | Update]:
        for event in events:
            if self._progress is not None:
                yield from self._progress.updates(event)
                self._progress = self._progress.after(event)
            elif isinstance(event, Start):
                self._progress = begun(event)
                yield self._shown(self._progress)

    def _frame(self, news: Task | Update) -> bytes:
        assert self._method is not None
        told = Result(id=self._id, result=self._method.wire.told(news))
        return _record(encode(told))


def _record(data: bytes) -> bytes:
    return b"data: " + data + b"\n\n"
