"""Answers that are being written for OpenAI's clients: how many, and how they end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.errors import Busy, WorkerLost
from jupyter_llmchat.protocol.ids import new_id
from jupyter_llmchat.server.running import Answer
from jupyter_llmchat.server.tiers import Tiers

from . import parameters, plain, staged
from .conversation import Said, asked, prompt, said
from .names import Named, named
from .requests import ChatBody
from .writing import End, Writing


class Completions:
    """Writes at most `limit` answers at once; none of them is kept.

    `pipeline` gives what writes in stages; it is asked for with the first such answer.
    `beat` is called with every piece that is written.
    """

    def __init__(
        self,
        tiers: Tiers,
        pipeline: Callable[[], Awaitable[Answer]],
        config: PipelineConfig,
        *,
        limit: int,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self.started = int(time.time())
        """Seconds since the epoch."""
        self.tiers = tiers
        self._pipeline = pipeline
        self._config = config
        self._limit = limit
        self._beat = beat
        self._running: set[asyncio.Event] = set()
        """What ends each of them."""
        self._closed = False

    @property
    def active(self) -> int:
        """Answers being written."""
        return len(self._running)

    async def write(self, body: ChatBody, stop: asyncio.Event) -> Writing:
        """Writes what a request asks for; setting `stop` ends it early.

        Raises NotFound, BadRequest or Busy before the first word, and what a model
        raises.
        """
        arrived = time.monotonic()
        model = await named(self.tiers, body.model)
        parameters.check(body, staged=model.staged)
        conversation = said(body.messages)
        write = self._staged if model.staged else self._plain
        writing = write(body, model, conversation, arrived, stop)
        with self._place(stop):
            async with aclosing(writing):
                async for each in writing:
                    self._beat()
                    if self._closed and isinstance(each, End) and each.reason != "stop":
                        raise _SHUTTING_DOWN
                    yield each

    def close(self) -> None:
        """What is being written ends soon, and nothing else begins."""
        self._closed = True
        for stop in self._running:
            stop.set()

    @contextmanager
    def _place(self, stop: asyncio.Event) -> Iterator[None]:
        if self._closed:
            raise _SHUTTING_DOWN
        if self.active >= self._limit:
            raise Busy(
                f"{self.active} answers are being written.",
                "Ask again when one of them has ended.",
            )
        self._running.add(stop)
        try:
            yield
        finally:
            self._running.discard(stop)

    def _plain(
        self,
        body: ChatBody,
        model: Named,
        conversation: tuple[Said, ...],
        arrived: float,
        stop: asyncio.Event,
    ) -> Writing:
        return plain.written(
            self.tiers,
            model.tier,
            prompt(conversation),
            parameters.sampling(body, self._config),
            deadline=arrived + parameters.deadline_s(body, self._config),
            stop=stop,
        )

    async def _staged(
        self,
        body: ChatBody,
        model: Named,
        conversation: tuple[Said, ...],
        arrived: float,
        stop: asyncio.Event,
    ) -> Writing:
        answer = await self._pipeline()
        from jupyter_llmchat.pipeline import Question

        wanted = asked(conversation)
        most = parameters.max_tokens(body)
        question = Question(
            turn_id=new_id(),
            text=wanted.question,
            system_prompt=wanted.system_prompt,
            history=wanted.history,
            arrived=arrived,
            # Without a wish the pipeline goes by its strategy's budget.
            deadline_s=body.deadline_s and parameters.deadline_s(body, self._config),
            temperature=body.temperature,
            max_tokens=most,
            seed=parameters.seed(body),
            tier=model.tier if len(self.tiers.names) > 1 else None,
        )
        writing = staged.written(answer, question, stop, most)
        async with aclosing(writing):
            async for each in writing:
                yield each


_SHUTTING_DOWN = WorkerLost(
    "The server is shutting down.", "Ask again when it is back."
)
