"""What A2A asks for, done with turns: a task is a turn, a context is a session."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from jupyter_llmchat.errors import LLMChatError, NotFound
from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.protocol.requests import AskBody
from jupyter_llmchat.server.base import identifier
from jupyter_llmchat.server.hub import Subscription
from jupyter_llmchat.server.services import Services

from .progress import Progress, reached
from .rpc import Kind, RpcError
from .wire import Sent

READ_S = 60.0
CANCEL_S = 10.0
"""A task that has not ended so long after it was told to is shown as it is."""


class Joined(NamedTuple):
    """A task under way."""

    progress: Progress
    rest: Subscription
    """The events after that."""


class Agent:
    """Tasks of one owner. Everything here raises RpcError and LLMChatError."""

    def __init__(self, services: Services, owner: str) -> None:
        self._services = services
        self._owner = owner

    async def send(self, sent: Sent) -> Subscription:
        """Asks a question; its events from the first on."""
        if sent.task_id is not None:
            await self._refuse_more(sent.task_id)
        asked = AskBody(
            question=sent.text,
            client_message_id=sent.client_message_id,
            options=sent.options,
        )
        if sent.context_id is None:
            return await self._begin(asked)
        turns = await self._services.turns()
        try:
            context_id = identifier(sent.context_id, "context")
            return await turns.ask(self._owner, context_id, asked)
        except NotFound as error:
            raise RpcError(
                Kind.INVALID_PARAMS,
                "There is no such context.",
                "Leave contextId out to begin one.",
            ) from error

    async def look(self, task_id: str) -> Progress:
        """How far a task is."""
        subscription = await self._subscription(task_id)
        try:
            return reached(await known(subscription))
        finally:
            subscription.close()

    async def listen(self, task_id: str) -> Joined:
        """A task that has not ended, to be followed from here on."""
        subscription = await self._subscription(task_id)
        progress = reached(await known(subscription))
        if not progress.task.ended:
            return Joined(progress, subscription)
        subscription.close()
        raise RpcError(
            Kind.UNSUPPORTED_OPERATION,
            "This task has ended; nothing more will be said about it.",
            "Get the task instead.",
        )

    async def cancel(self, task_id: str) -> Progress:
        """Stops a task; how far it has come by then."""
        turns = await self._services.turns()
        subscription = await self._subscription(task_id)
        try:
            if not await turns.cancel(self._owner, subscription.turn_id):
                raise RpcError(
                    Kind.TASK_NOT_CANCELABLE,
                    "This task has ended already.",
                    "Get the task to see what came of it.",
                )
            return await followed(subscription, CANCEL_S)
        finally:
            subscription.close()

    async def _begin(self, asked: AskBody) -> Subscription:
        """In a session of its own, which is not kept if the question is refused."""
        turns, store = await self._services.turns(), await self._services.store()
        session = await store.create_session(self._owner, "", {})
        try:
            return await turns.ask(self._owner, session.id, asked)
        except LLMChatError:
            await turns.remove_session(self._owner, session.id)
            raise

    async def _subscription(self, task_id: str) -> Subscription:
        turns = await self._services.turns()
        try:
            return await turns.listen(self._owner, identifier(task_id, "task"), 0)
        except NotFound as error:
            raise RpcError(
                Kind.TASK_NOT_FOUND, "There is no such task.", "Check the id."
            ) from error

    async def _refuse_more(self, task_id: str) -> None:
        (await self._subscription(task_id)).close()
        raise RpcError(
            Kind.UNSUPPORTED_OPERATION,
            "A task is one question and takes no more messages.",
            "Leave taskId out; the same contextId goes on with the conversation.",
        )


async def known(subscription: Subscription) -> list[TurnEvent]:
    """The events that there are already; there is at least one."""
    events = list(await subscription.read(READ_S))
    while subscription.has_news and not subscription.ended:
        events += await subscription.read(READ_S)
    return events


async def followed(
    subscription: Subscription, timeout_s: float | None = None
) -> Progress:
    """How far a turn is when it ends, when the time is up, or when nobody reads on."""
    progress = reached(await known(subscription))
    try:
        async with asyncio.timeout(timeout_s):
            while not subscription.ended:
                for event in await subscription.read(READ_S):
                    progress = progress.after(event)
    except TimeoutError:
        pass
    return progress
