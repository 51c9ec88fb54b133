"""What is measured: our engine in its worker process, and what both sides can do."""

from __future__ import annotations

import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from benchmarks.texts import OPTIONS
from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.language_model import Part, SamplingParams, TextPrompt
from jupyter_llmchat.worker.link import WorkerLink

REPEAT_PENALTY = 1.1
LONG_S = 120.0
"""Nothing that is measured may take longer than this many seconds."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """One text as its reader saw it come; times of `time.perf_counter`."""

    started: float
    first: float
    """When the first token was there."""
    last: float
    tokens: int
    text: str

    @property
    def first_ms(self) -> float:
        return (self.first - self.started) * 1e3

    @property
    def token_ms(self) -> float:
        """For each token after the first."""
        return (self.last - self.first) * 1e3 / max(self.tokens - 1, 1)


class Side(Protocol):
    """One of the two that are compared. Sampling is greedy on both."""

    name: str

    @property
    def pid(self) -> int:
        """The process that computes."""
        ...

    async def write(self, prompt: str, tokens: int, limit_s: float = LONG_S) -> Written:
        """Continues the prompt by `tokens`; stops after `limit_s` with fewer."""
        ...

    async def decide(self, prompt: str) -> None:
        """How probable each of OPTIONS is as the continuation."""
        ...


class Ours:
    """The engine behind its process boundary, as the server uses it."""

    name = "ours"

    def __init__(self, link: WorkerLink) -> None:
        self.link = link

    @property
    def pid(self) -> int:
        pid = self.link.status.pid
        assert pid is not None, "the worker is not running"
        return pid

    async def write(self, prompt: str, tokens: int, limit_s: float = LONG_S) -> Written:
        params = SamplingParams(
            max_tokens=tokens, temperature=0, repeat_penalty=REPEAT_PENALTY
        )
        arrivals, count, text = [], 0, ""
        started = time.perf_counter()
        async with aclosing(self.link.generate(text_prompt(prompt), params)) as pieces:
            async for piece in pieces:
                if piece.tokens:
                    arrivals.append(time.perf_counter())
                    count += piece.tokens
                text += piece.text
                if time.perf_counter() - started > limit_s:
                    break
        return Written(
            started=started,
            first=arrivals[0],
            last=arrivals[-1],
            tokens=count,
            text=text,
        )

    async def decide(self, prompt: str) -> None:
        await self.link.choose(text_prompt(prompt), OPTIONS)


@asynccontextmanager
async def our_engine(
    path: str, threads: int, n_ctx: int = EngineConfig.n_ctx
) -> AsyncIterator[Ours]:
    """A worker of its own, otherwise by default; with 0 threads it measures how many
    are fastest and follows the machine, as it does for users."""
    with tempfile.TemporaryDirectory() as folder:
        config = EngineConfig(
            model_path=path,
            n_threads=threads,
            n_ctx=n_ctx,
            engine_dir="" if threads else folder,
        )
        link = WorkerLink(config)
        await link.start()
        try:
            await link.ready()
            yield Ours(link)
        finally:
            await link.stop()


def text_prompt(text: str) -> TextPrompt:
    """The text as it stands, as the other side gets it."""
    return TextPrompt((Part(text),))
