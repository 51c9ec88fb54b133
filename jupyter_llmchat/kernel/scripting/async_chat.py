"""The same for asyncio. What waits does so in threads that hold up no exit."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from types import TracebackType
from typing import Self, TypeVar, Unpack

from jupyter_llmchat.kernel.answer import Answer
from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.protocol.fold import TurnState, apply
from jupyter_llmchat.protocol.requests import AskBody, ContextPart

from .chat import Chat, answer_of, ask_body, connect, unopened
from .following import Following
from .options import Options

T = TypeVar("T")


class AsyncChat:
    """As Chat. Cancelling who waits for an answer stops the answer."""

    def __init__(self, open_chat: Callable[[], Chat]) -> None:
        self._open = open_chat
        self._chat: Chat | None = None

    async def __aenter__(self) -> Self:
        self._chat = await in_thread(self._open)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Safe to call twice."""
        await in_thread(self.chat.close)

    @property
    def chat(self) -> Chat:
        """The same conversation, for blocking calls."""
        if self._chat is None:
            raise RuntimeError("use it as `async with aconnect() as chat`")
        return self._chat

    async def ask(
        self,
        question: str,
        *,
        context: Sequence[str | ContextPart] = (),
        timeout: float | None = None,
        **options: Unpack[Options],
    ) -> Answer:
        """As Chat.ask."""
        body = ask_body(question, context, options)
        return await _whole(_events(self.chat, body, timeout))

    def ask_events(
        self,
        question: str,
        *,
        context: Sequence[str | ContextPart] = (),
        timeout: float | None = None,
        **options: Unpack[Options],
    ) -> AsyncGenerator[TurnEvent, None]:
        """As Chat.ask_events; `contextlib.aclosing` closes it where a loop is left."""
        body = ask_body(question, context, options)
        return _events(self.chat, body, timeout)


def aconnect(
    *, session: str | None = None, url: str | None = None, token: str | None = None
) -> AsyncChat:
    """As `connect`, to be used by `async with`."""
    return AsyncChat(lambda: connect(session=session, url=url, token=token))


async def aask(
    question: str,
    *,
    session: str | None = None,
    context: Sequence[str | ContextPart] = (),
    timeout: float | None = None,
    **options: Unpack[Options],
) -> Answer:
    """As `ask`."""
    return await _whole(
        aask_events(
            question, session=session, context=context, timeout=timeout, **options
        )
    )


def aask_events(
    question: str,
    *,
    session: str | None = None,
    context: Sequence[str | ContextPart] = (),
    timeout: float | None = None,
    **options: Unpack[Options],
) -> AsyncGenerator[TurnEvent, None]:
    """As `ask_events`; `contextlib.aclosing` closes it where a loop is left early."""
    body = ask_body(question, context, options)

    async def events() -> AsyncGenerator[TurnEvent, None]:
        chat = unopened(session)
        try:
            async with aclosing(_events(chat, body, timeout)) as answer:
                async for event in answer:
                    yield event
        finally:
            await in_thread(chat.close)

    return events()


async def in_thread(work: Callable[[], T]) -> T:
    """What `work` gives, from a thread of its own that is not waited for at exit."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as caught:  # noqa: BLE001 raised again where it is awaited
            error = caught
        _call_soon(loop, lambda: settle(result, error))

    threading.Thread(target=run, daemon=True).start()
    return await done


def _call_soon(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> None:
    # A loop that has ended waits for nothing any more.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(call)


async def _whole(events: AsyncGenerator[TurnEvent, None]) -> Answer:
    state = TurnState()
    async with aclosing(events):
        async for event in events:
            state = apply(state, event)
    return answer_of(state)


async def _events(
    chat: Chat, body: AskBody, timeout: float | None
) -> AsyncGenerator[TurnEvent, None]:
    loop = asyncio.get_running_loop()
    arrived = asyncio.Event()
    following = chat.following(body, timeout, lambda: _call_soon(loop, arrived.set))
    try:
        while not following.is_over:
            event = await _next(following, arrived)
            if event is not None:
                yield event
    finally:
        await in_thread(following.stop)


async def _next(following: Following, arrived: asyncio.Event) -> TurnEvent | None:
    arrived.clear()
    event = following.take(0)
    if event is None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(following.left_s):
                await arrived.wait()
    return event
