"""What the worker process costs: time to stop, Python between steps, memory."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.report import Bound, Figure, percentile_95, tell
from benchmarks.sides import our_engine
from benchmarks.stepping import python_share
from benchmarks.texts import branches

MB = 1_000_000
QUIET_S = 0.04
QUIET_SHARE = 0.02
"""A process is idle from where on it uses less than this of one core. Longer than it
may have to wait for a core, shorter than the engine waits before it tidies up."""
STOP_S = 10.0
TRIALS = 20
BUSY_AFTER_S = (0.25, 0.4)
"""When to cancel: a short prompt has been read by then, a trunk has not."""
LAYERS, KV_HEADS, HEAD_SIZE, F16_BYTES = 30, 3, 64, 2
"""Of the embedded model, SmolLM2-135M."""


async def cancelled_prefill(bench: Bench) -> list[Figure]:
    name = "cancel while a prompt is read, to idle, p95"
    return [await _cancelled(bench, name, bench.texts.trunk)]


async def cancelled_decode(bench: Bench) -> list[Figure]:
    name = "cancel while text is written, to idle, p95"
    return [await _cancelled(bench, name, bench.texts.short)]


async def python_between_steps(bench: Bench) -> list[Figure]:
    """In this process, where both the loop and the model can be timed."""
    bound = Bound(of="value", limit=5)
    figures = []
    for streams in (1, 8):
        prompts = [bench.texts.short() for _ in range(streams)]
        share = await asyncio.to_thread(
            python_share, bench.path, bench.threads, prompts
        )
        name = f"engine's own Python, share of a step with {streams} in the batch"
        figures.append(Figure(measure=name, value=share * 100, unit="%", bound=bound))
    return figures


async def memory(bench: Bench) -> list[Figure]:
    """Of a fresh worker that has read one long prompt and written four texts."""
    import psutil

    async with our_engine(bench.path, bench.threads) as ours:
        texts = branches(bench.texts.trunk())
        await asyncio.gather(*(ours.write(text, 16) for text in texts))
        n_ctx = int(ours.link.status.in_force["n_ctx"])
        resident = psutil.Process(ours.pid).memory_info().rss
    assert n_ctx is not None
    cells = 2 * LAYERS * n_ctx * KV_HEADS * HEAD_SIZE * F16_BYTES
    beyond = (resident - Path(bench.path).stat().st_size - cells) / MB
    name = "resident memory beyond model file and KV cache"
    bound = Bound(of="value", limit=150)
    return [Figure(measure=name, value=beyond, unit="MB", bound=bound)]


async def _cancelled(bench: Bench, name: str, text: Callable[[], str]) -> Figure:
    found: list[float] = []
    moments = random.Random(1)
    for _ in bench.times(TRIALS):
        writing = asyncio.create_task(bench.ours.write(text(), 400))
        await asyncio.sleep(moments.uniform(*BUSY_AFTER_S))
        assert not writing.done(), "too fast to be cancelled: make the text longer"
        writing.cancel()
        found.append(await time_to_idle(bench.ours.pid) * 1e3)
        with suppress(asyncio.CancelledError):
            await writing
    tell(f"  {min(found):.3g} to {max(found):.3g} ms")
    bound = Bound(of="value", limit=50)
    return Figure(measure=name, value=percentile_95(found), unit="ms", bound=bound)


async def time_to_idle(pid: int) -> float:
    """Seconds from now until the process stops computing; looks every millisecond."""
    started = time.perf_counter()
    past = deque([(started, cpu_seconds(pid))])
    while time.perf_counter() - started < STOP_S:
        await asyncio.sleep(0.001)
        now, used = time.perf_counter(), cpu_seconds(pid)
        past.append((now, used))
        while now - past[1][0] >= QUIET_S:
            past.popleft()
        since, before = past[0]
        if now - since >= QUIET_S and used - before < QUIET_SHARE * (now - since):
            return since - started
    raise TimeoutError(f"the worker still computes {STOP_S} s after the cancel")


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far, of all its threads."""
    if sys.platform == "linux":
        # The kernel's clock of that process (clock_getcpuclockid): exact to the
        # microsecond, where /proc counts in hundredths of a second.
        return time.clock_gettime((~pid << 3) | 2)
    import psutil

    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)
