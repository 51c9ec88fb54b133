"""What our engine costs on top of llama.cpp: `generate` through the worker process
against llama-cpp-python's own high-level API, same file, same threads, same run.

Both write the same number of tokens after the same prompts, greedily, alternating;
the table shows medians and their ratio. `--json` prints the figures instead.
Each side runs in a process of its own; while one is measured the other is idle.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection

from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.language_model import Part, SamplingParams, TextPrompt
from jupyter_llmchat.models.locate import locate
from jupyter_llmchat.worker.link import WorkerLink

TOKENS = 100


@dataclass(frozen=True)
class Run:
    """One generation: milliseconds to the first token, and for each one after it."""

    first_token_ms: float
    token_ms: float


def prompt(number: int) -> str:
    """About 120 tokens that share no beginning with those of another number."""
    return f"{number} is where the list begins: " + "one, two, three, four; " * 15


def timed(arrivals: list[float], started: float) -> Run:
    first, last = arrivals[0], arrivals[-1]
    return Run(
        first_token_ms=(first - started) * 1e3,
        token_ms=(last - first) * 1e3 / (len(arrivals) - 1),
    )


def high_level(path: str, threads: int, connection: Connection) -> None:
    """The peer's process: answers each prompt number with a Run."""
    import llama_cpp

    llm = llama_cpp.Llama(
        path,
        n_ctx=2048,
        n_threads=threads,
        n_threads_batch=threads,
        n_batch=256,
        verbose=False,
    )
    while (number := connection.recv()) is not None:
        arrivals = []
        started = time.perf_counter()
        stream = llm.create_completion(
            prompt(number),
            max_tokens=TOKENS,
            temperature=0,
            repeat_penalty=1.1,
            stream=True,
        )
        for _ in stream:
            arrivals.append(time.perf_counter())
        connection.send(timed(arrivals, started))


async def ours(link: WorkerLink, number: int) -> Run:
    arrivals = []
    started = time.perf_counter()
    params = SamplingParams(max_tokens=TOKENS, temperature=0, repeat_penalty=1.1)
    async for piece in link.generate(TextPrompt((Part(prompt(number)),)), params):
        if piece.tokens:
            arrivals.append(time.perf_counter())
    return timed(arrivals, started)


async def measure(
    runs: int, threads: int, tell: Callable[[str], None]
) -> dict[str, list[Run]]:
    path = str(locate("").path)
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    peer = spawn.Process(target=high_level, args=(path, threads, there), daemon=True)
    peer.start()
    link = WorkerLink(EngineConfig(model_path=path, n_ctx=2048, n_threads=threads))
    await link.start()
    await link.ready()
    found: dict[str, list[Run]] = {"jupyter_llmchat": [], "llama_cpp.Llama": []}
    for number in range(runs + 1):
        here.send(number)
        theirs = await asyncio.to_thread(here.recv)
        mine = await ours(link, number)
        tell(f"run {number} of {runs}")
        if number:  # the first one warms both up
            found["llama_cpp.Llama"].append(theirs)
            found["jupyter_llmchat"].append(mine)
    here.send(None)
    await link.stop()
    peer.join(5)
    return found


def medians(found: dict[str, list[Run]]) -> dict[str, dict[str, float]]:
    figures = {
        name: {
            key: statistics.median(asdict(run)[key] for run in runs)
            for key in ("first_token_ms", "token_ms")
        }
        for name, runs in found.items()
    }
    ours, theirs = figures["jupyter_llmchat"], figures["llama_cpp.Llama"]
    figures["ratio"] = {key: ours[key] / theirs[key] for key in ours}
    return figures


def table(figures: dict[str, dict[str, float]]) -> str:
    lines = [f"{'':18}{'first token':>14}{'each token':>14}"]
    for name, row in figures.items():
        unit = " x" if name == "ratio" else " ms"
        cells = (f"{row[key]:.2f}{unit}" for key in ("first_token_ms", "token_ms"))
        lines.append(f"{name:18}" + "".join(f"{cell:>14}" for cell in cells))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()

    def tell(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    found = asyncio.run(measure(arguments.runs, arguments.threads, tell))
    figures = medians(found)
    if arguments.json:
        runs = {name: [asdict(run) for run in each] for name, each in found.items()}
        print(json.dumps({"medians": figures, "runs": runs}, indent=1))
    else:
        print(table(figures))


if __name__ == "__main__":
    main()
