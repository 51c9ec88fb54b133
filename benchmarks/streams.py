"""Text as it is written: one stream, several, several over one trunk, disturbed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks.bench import Bench, alternately
from benchmarks.report import Bound, Figure, compared, tell
from benchmarks.sides import Side, our_engine
from benchmarks.texts import branches

CALM_DOWN_S = 0.5
DISTURBED_S = 15.0
"""A stream on a busy machine is broken off after this many seconds."""


async def one_stream(bench: Bench) -> list[Figure]:
    async def token_ms(side: Side) -> float:
        return (await side.write(bench.texts.short(), 100)).token_ms

    pair = await alternately(bench, 7, token_ms)
    bound = Bound(of="ratio", limit=1.05)
    return [pair.figure("time per token, one stream", "ms", bound)]


async def several_streams(bench: Bench) -> list[Figure]:
    bound = Bound(of="ratio", limit=1.0, at_least=True)
    figures = []
    for streams in (4, 8):

        async def tokens_per_s(side: Side, streams: int = streams) -> float:
            return await _rate(side, [bench.texts.short() for _ in range(streams)])

        pair = await alternately(bench, 5, tokens_per_s)
        name = f"tokens in all, {streams} streams with different prompts"
        figures.append(pair.figure(name, "/s", bound))
    return figures


async def shared_trunk(bench: Bench) -> list[Figure]:
    async def seconds(side: Side) -> float:
        started = time.perf_counter()
        texts = branches(bench.texts.trunk())
        await asyncio.gather(*(side.write(each, 40) for each in texts))
        return time.perf_counter() - started

    pair = await alternately(bench, 3, seconds)
    name = "4 streams over a 1,500-token trunk, together"
    return [pair.figure(name, "s", Bound(of="ratio", limit=0.5))]


async def busy_machine(bench: Bench) -> list[Figure]:
    """Ours chooses its threads here, as it does where nobody has set them."""
    figures = []
    async with our_engine(bench.path, threads=0) as adaptive:
        name = "time per token with every core busy, against calm"
        bound = Bound(of="ratio", limit=2.5)
        figures.append(await _disturbed(bench, adaptive, name, bound))
    name = "the same, llama-server"
    figures.append(await _disturbed(bench, bench.theirs, name, None))
    return figures


async def _disturbed(
    bench: Bench, side: Side, name: str, bound: Bound | None
) -> Figure:
    calm: list[float] = []
    busy: list[float] = []
    for _ in bench.times(3):
        await asyncio.sleep(CALM_DOWN_S)
        calm.append((await side.write(bench.texts.short(), 60)).token_ms)
        with every_core_busy():
            await asyncio.sleep(CALM_DOWN_S)
            text = bench.texts.short()
            busy.append((await side.write(text, 60, DISTURBED_S)).token_ms)
        tell(f"  {side.name}: {calm[-1]:.4g} ms calm, {busy[-1]:.4g} busy")
    return compared(name, "ms", busy, calm, bound)


@contextmanager
def every_core_busy() -> Iterator[None]:
    """As many processes as cores, each computing without end."""
    command = (sys.executable, "-c", "while True: pass")
    processes = [subprocess.Popen(command) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


async def _rate(side: Side, prompts: Sequence[str]) -> float:
    """Tokens a second, of all streams, from the first prompt to the last token."""
    started = time.perf_counter()
    texts = await asyncio.gather(*(side.write(prompt, 60) for prompt in prompts))
    seconds = max(text.last for text in texts) - started
    return sum(text.tokens for text in texts) / seconds
