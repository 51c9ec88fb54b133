"""What our engine costs on top of llama.cpp: `generate` through the worker process
against llama-cpp-python's own high-level API, same file, same threads, same run.

Both write the same number of tokens after the same prompts, greedily, alternating.
Each side runs in a process of its own; while one is measured the other is idle.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection

from benchmarks.report import Figure, add_json_option, compared, publish, tell
from benchmarks.sides import REPEAT_PENALTY, Written, our_engine
from jupyter_llmchat.models.locate import locate

TOKENS = 100
CELLS = 2048


def prompt(number: int) -> str:
    """About 120 tokens that share no beginning with those of another number."""
    return f"{number} is where the list begins: " + "one, two, three, four; " * 15


def high_level(path: str, threads: int, connection: Connection) -> None:
    """The peer's process: answers each prompt number with what it has Written."""
    import llama_cpp

    llm = llama_cpp.Llama(
        path,
        n_ctx=CELLS,
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
            repeat_penalty=REPEAT_PENALTY,
            stream=True,
        )
        for _ in stream:
            arrivals.append(time.perf_counter())
        connection.send(written(arrivals, started))


def written(arrivals: Sequence[float], started: float) -> Written:
    """Times of arrival of one token each, seen by the process that waited for them."""
    return Written(
        started=started,
        first=arrivals[0],
        last=arrivals[-1],
        tokens=len(arrivals),
        text="",
    )


async def measure(runs: int, threads: int) -> list[Figure]:
    path = str(locate("").path)
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    peer = spawn.Process(target=high_level, args=(path, threads, there), daemon=True)
    peer.start()
    ours: list[Written] = []
    theirs: list[Written] = []
    async with our_engine(path, threads, n_ctx=CELLS) as engine:
        for number in range(runs + 1):
            here.send(number)
            theirs.append(await asyncio.to_thread(here.recv))
            ours.append(await engine.write(prompt(number), TOKENS))
            tell(f"run {number} of {runs}")
    here.send(None)
    peer.join(5)
    # The first one warmed both up.
    return figures(ours[1:], theirs[1:])


def figures(ours: Sequence[Written], theirs: Sequence[Written]) -> list[Figure]:
    return [
        compared(
            f"{name}, beside llama_cpp.Llama",
            "ms",
            [getattr(text, field) for text in ours],
            [getattr(text, field) for text in theirs],
        )
        for name, field in (("first token", "first_ms"), ("each token", "token_ms"))
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_json_option(parser)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args()
    publish(asyncio.run(measure(chosen.runs, chosen.threads)), chosen.json)


if __name__ == "__main__":
    main()
