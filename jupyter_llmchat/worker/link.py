"""The worker as a LanguageModel: each call goes out as a message, never hangs."""

from __future__ import annotations

import asyncio
import itertools
import logging
import math
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from jupyter_llmchat.calls import (
    Cancel,
    Count,
    Counted,
    Failed,
    Finished,
    Generate,
    Output,
    Prepare,
    Score,
    Scored,
    Text,
)
from jupyter_llmchat.config import EngineConfig, WorkerConfig
from jupyter_llmchat.errors import GenerationFailed, LLMChatError, error_types
from jupyter_llmchat.language_model import (
    Choice,
    Piece,
    Priority,
    Prompt,
    SamplingParams,
    Usage,
)
from jupyter_llmchat.protocol.resources import ModelStatus

from .handle import COMMAND, WorkerProcess
from .scores import calibrated, leaning, normalised, totals
from .supervisor import Supervisor

LATE = "The time was over before the model had answered."
MORE_TIME = "Allow more time."

Inbox = asyncio.Queue[Output | LLMChatError]


class WorkerLink:
    """Implements LanguageModel over one supervised worker process.

    Calls made while it loads wait for it, at most until their deadline. When the
    process dies, calls in flight raise WorkerLost and it is started again, unless it
    keeps dying; then calls raise ModelUnavailable until `start` is called again.
    """

    def __init__(
        self,
        engine: EngineConfig,
        config: WorkerConfig | None = None,
        log: logging.Logger | None = None,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self.name = Path(engine.model_path).stem
        self._supervisor = Supervisor(
            self.name,
            engine,
            config or WorkerConfig(),
            log or logging.getLogger(__name__),
            command,
            self._deliver,
            self._interrupt,
        )
        self._inboxes: dict[int, Inbox] = {}
        self._ids = itertools.count(1)
        self._leanings: dict[tuple[object, ...], tuple[float, ...]] = {}

    async def start(self) -> None:
        """Begins to load the model; returns at once."""
        self._supervisor.start()

    async def stop(self) -> None:
        """Ends the process; it is gone on return."""
        await self._supervisor.stop()

    async def ready(self) -> None:
        """Waits until the model can be asked; raises ModelUnavailable."""
        await self._supervisor.ready()

    @property
    def status(self) -> ModelStatus:
        return self._supervisor.status

    @property
    def n_ctx(self) -> int:
        return int(self.status.in_force.get("n_ctx", 0))

    async def generate(
        self,
        prompt: Prompt,
        params: SamplingParams,
        *,
        deadline: float | None = None,
        priority: Priority = Priority.VISIBLE,
    ) -> AsyncGenerator[Piece, None]:
        try:
            worker = await self._ready_worker(deadline)
        except TimeoutError:
            yield _last(Finished(request_id=0, reason="deadline", usage=Usage()))
            return
        call = Generate(
            request_id=next(self._ids),
            seconds_left=_seconds_left(deadline),
            priority=priority,
            prompt=prompt,
            params=params,
        )
        with self._sent(worker, call) as inbox:
            while isinstance(output := await _next(inbox), Text):
                yield Piece(
                    text=output.text, tokens=output.tokens, logprobs=output.logprobs
                )
        assert isinstance(output, Finished)
        yield _last(output)

    async def choose(
        self,
        prompt: Prompt,
        options: tuple[str, ...],
        *,
        content_free: tuple[Prompt, ...] = (),
        deadline: float | None = None,
        priority: Priority = Priority.DECISION,
    ) -> Choice:
        started = time.monotonic()
        scored, lean = await asyncio.gather(
            self._score(prompt, options, deadline, priority),
            self._leaning(content_free, options, deadline, priority),
        )
        sums = totals(scored.logprobs)
        raw = normalised(sums)
        return Choice(
            options=options,
            probabilities=calibrated(sums, lean) if lean else raw,
            raw=raw,
            calibrated=bool(lean),
            tokens=scored.usage.prompt_tokens - scored.usage.cached_tokens,
            ms=(time.monotonic() - started) * 1e3,
        )

    async def loglik(
        self,
        prompt: Prompt,
        continuation: str,
        *,
        deadline: float | None = None,
        priority: Priority = Priority.DECISION,
    ) -> float:
        scored = await self._score(prompt, (continuation,), deadline, priority)
        (logprobs,) = scored.logprobs
        return math.fsum(logprobs) / len(logprobs)

    async def prepare(self, prompt: Prompt, *, lasting: bool = False) -> None:
        worker = await self._ready_worker(None)
        call = Prepare(
            request_id=next(self._ids),
            priority=Priority.IDLE,
            prompt=prompt,
            lasting=lasting,
        )
        with self._sent(worker, call) as inbox:
            await _next(inbox)

    async def count(
        self, texts: tuple[str, ...], *, deadline: float | None = None
    ) -> tuple[int, ...]:
        try:
            worker = await self._ready_worker(deadline)
        except TimeoutError as error:
            raise GenerationFailed(LATE, MORE_TIME) from error
        call = Count(request_id=next(self._ids), texts=texts)
        with self._sent(worker, call) as inbox:
            output = await _next(inbox)
        assert isinstance(output, Counted)
        return output.counts

    async def _leaning(
        self,
        content_free: tuple[Prompt, ...],
        options: tuple[str, ...],
        deadline: float | None,
        priority: Priority,
    ) -> tuple[float, ...]:
        """Computed once for each decision and kept; empty without such inputs."""
        key = (content_free, options)
        if content_free and key not in self._leanings:
            calls = (
                self._score(each, options, deadline, priority) for each in content_free
            )
            scored = await asyncio.gather(*calls)
            self._leanings[key] = leaning([totals(each.logprobs) for each in scored])
        return self._leanings.get(key, ())

    async def _score(
        self,
        prompt: Prompt,
        continuations: tuple[str, ...],
        deadline: float | None,
        priority: Priority,
    ) -> Scored:
        try:
            worker = await self._ready_worker(deadline)
        except TimeoutError as error:
            raise GenerationFailed(LATE, MORE_TIME) from error
        call = Score(
            request_id=next(self._ids),
            seconds_left=_seconds_left(deadline),
            priority=priority,
            prompt=prompt,
            continuations=continuations,
        )
        with self._sent(worker, call) as inbox:
            output = await _next(inbox)
        if not isinstance(output, Scored):
            raise GenerationFailed(LATE, MORE_TIME)
        return output

    async def _ready_worker(self, deadline: float | None) -> WorkerProcess:
        """Raises TimeoutError when the deadline comes first."""
        ready = self._supervisor.ready()
        return await asyncio.wait_for(ready, _seconds_left(deadline))

    @contextmanager
    def _sent(
        self, worker: WorkerProcess, call: Generate | Score | Prepare | Count
    ) -> Iterator[Inbox]:
        """The call's answers; a call left before its end is cancelled."""
        inbox: Inbox = asyncio.Queue()
        self._inboxes[call.request_id] = inbox
        worker.send(call)
        try:
            yield inbox
        finally:
            if self._inboxes.pop(call.request_id, None) is not None:
                worker.send(Cancel(request_id=call.request_id))

    def _deliver(self, output: Output) -> None:
        inbox = self._inboxes.get(output.request_id)
        if inbox is None:
            return
        if not isinstance(output, Text):
            del self._inboxes[output.request_id]
        inbox.put_nowait(_error(output) if isinstance(output, Failed) else output)

    def _interrupt(self, error: LLMChatError) -> None:
        inboxes, self._inboxes = self._inboxes, {}
        for inbox in inboxes.values():
            inbox.put_nowait(error)


async def _next(inbox: Inbox) -> Output:
    output = await inbox.get()
    if isinstance(output, LLMChatError):
        raise output
    return output


def _last(finished: Finished) -> Piece:
    return Piece(text="", tokens=0, finish_reason=finished.reason, usage=finished.usage)


def _seconds_left(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.0, deadline - time.monotonic())


def _error(failed: Failed) -> LLMChatError:
    kind = error_types().get(failed.code, GenerationFailed)
    return kind(failed.message, failed.hint)
