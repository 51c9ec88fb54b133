"""Chat completions, whole or as a stream of server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

import msgspec
from tornado.iostream import StreamClosedError

from jupyter_llmchat.errors import LLMChatError
from jupyter_llmchat.protocol.codec import encode
from jupyter_llmchat.protocol.sse import HEARTBEAT
from jupyter_llmchat.server.faults import INTERNAL
from jupyter_llmchat.server.operation import EVENT_STREAM, permitted
from jupyter_llmchat.server.services import Services

from .answers import Answer
from .endpoint import OpenAIEndpoint
from .faults import error_reply
from .requests import ChatBody, StreamOptions
from .writing import Delta, End, Writing

QUIET_S = 15.0
"""A client that has heard nothing for this long is told that the stream is alive."""
WRITE_S = 30.0
"""A client that has taken nothing for this long has gone."""
DONE = b"data: [DONE]\n\n"


class ChatCompletions(OpenAIEndpoint):
    """An answer to a conversation; it ends when its client goes."""

    def initialize(self, services: Services) -> None:
        super().initialize(services)
        self._stop = asyncio.Event()

    @permitted
    async def post(self) -> None:
        body = self.body(ChatBody)
        options = body.stream_options or StreamOptions()
        answer = Answer(body.model, with_usage=bool(options.include_usage))
        writing = self.services.completions.write(body, self._stop)
        async with aclosing(writing):
            if body.stream:
                await self._stream(answer, writing)
            else:
                await self._whole(answer, writing)

    def on_connection_close(self) -> None:
        super().on_connection_close()
        self._stop.set()

    async def _whole(self, answer: Answer, writing: Writing) -> None:
        deltas: list[Delta] = []
        async for each in writing:
            if isinstance(each, End):
                self.reply(answer.whole(deltas, each))
            else:
                deltas.append(each)

    async def _stream(self, answer: Answer, writing: Writing) -> None:
        """What goes wrong before the first word has a status of its own."""
        try:
            async with aclosing(_with_pauses(writing)) as news:
                async for each in news:
                    if not self._headers_written:
                        self._open(answer)
                    self._tell(answer, each)
                    async with asyncio.timeout(WRITE_S):
                        await self.flush()
            self.finish(DONE, set_content_type=EVENT_STREAM)
        except (StreamClosedError, TimeoutError) as error:
            self.log.debug("a client has gone: %s", error)
            self.detach().close()
        except Exception as error:
            if not self._headers_written:
                raise
            self._break_off(error)

    def _open(self, answer: Answer) -> None:
        self.set_header("Content-Type", EVENT_STREAM)
        self.set_header("Cache-Control", "no-cache, no-transform")
        self.set_header("X-Accel-Buffering", "no")
        self.write(_data(answer.opening()))

    def _tell(self, answer: Answer, news: Delta | End | None) -> None:
        match news:
            case None:
                self.write(HEARTBEAT)
            case Delta():
                self.write(_data(answer.piece(news)))
            case End():
                self.write(b"".join(map(_data, answer.closing(news))))

    def _break_off(self, error: Exception) -> None:
        if not isinstance(error, LLMChatError):
            self.log.error("an answer broke off", exc_info=error)
            error = INTERNAL
        self.finish(_data(error_reply(error)), set_content_type=EVENT_STREAM)


async def _with_pauses(writing: Writing) -> AsyncGenerator[Delta | End | None, None]:
    """What is written, and None whenever nothing has come for a while."""
    while True:
        coming = asyncio.create_task(_next(writing))
        try:
            while not (await asyncio.wait({coming}, timeout=QUIET_S))[0]:
                yield None
        finally:
            if not coming.done():
                coming.cancel()
                with suppress(asyncio.CancelledError):
                    await coming
        news = coming.result()
        yield news
        if isinstance(news, End):
            return


async def _next(writing: Writing) -> Delta | End:
    return await anext(writing)


def _data(value: msgspec.Struct) -> bytes:
    return b"data: " + encode(value) + b"\n\n"
