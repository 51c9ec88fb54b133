"""A process of its own that uses a store: `python -m tests.store.process JOB PATH`.

It prints a line for whatever has been confirmed to it.
"""

from __future__ import annotations

import asyncio
import logging
import random
import resource
import signal
import sys
from itertools import count
from pathlib import Path

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.errors import StoreUnavailable
from jupyter_llmchat.store import Store

from .builders import begin, ended


async def hold(store: Store) -> None:
    """Keeps the file until it is killed."""
    print("open", flush=True)
    await asyncio.sleep(60)


async def converse(store: Store) -> None:
    """Asks in four sessions at once until it is killed; says what was confirmed."""

    async def talk(session_id: str) -> None:
        for number in count():
            begun = await begin(store, session_id=session_id, question=f"q{number}")
            print(f"asked {session_id} {begun.turn_id}", flush=True)
            for word in ("one ", "two ", "three"):
                await store.append_text(begun.turn_id, "core", word)
                print(f"said {session_id} {begun.turn_id} {word}", flush=True)
            await store.end_turn(ended(begun, stages=()))
            print(f"ended {session_id} {begun.turn_id}", flush=True)

    sessions = [await store.create_session("ada", "", {}) for _ in range(4)]
    await asyncio.gather(*(talk(session.id) for session in sessions))


async def fill_disk(store: Store) -> None:
    """Writes while no file may grow, then while it may again."""
    begun = await begin(store)
    _limit_files(20_000)
    try:
        await store.append_text(begun.turn_id, "core", "x" * 100_000)
    except StoreUnavailable as error:
        print(f"refused {error}", flush=True)
    await store.append_text(begun.turn_id, "core", "small")
    print("small one saved", flush=True)
    _limit_files(resource.RLIM_INFINITY)
    await store.append_text(begun.turn_id, "core", ", large again" + "!" * 100_000)
    await _print_answer(store, begun.turn_id)


async def fill_disk_at_checkpoint(store: Store) -> None:
    """Checkpoints into a file that may not grow: a fatal error inside DuckDB."""
    begun = await begin(store)

    async def say(megabytes: int) -> None:
        for number in range(megabytes):
            text = random.Random(number).randbytes(500_000).hex()
            await store.append_text(begun.turn_id, "core", text)

    await say(10)
    await store.create_session("ada", "made when the checkpoint is over", {})
    _limit_files(Path(store.status.path or "").stat().st_size)
    await say(5)
    await _print_answer(store, begun.turn_id)


async def _print_answer(store: Store, turn_id: str) -> None:
    session_id = (await store.turn("ada", turn_id)).session_id
    answer = (await store.messages("ada", session_id))[1]
    print(
        f"answer {len(answer.text)} {answer.text[:12]!r} {store.status.kind}",
        flush=True,
    )


def _limit_files(size: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


async def main(job: str, path: str) -> None:
    logging.basicConfig(stream=sys.stdout, format="%(message)s")
    store = await Store.open(StoreConfig(path=Path(path)))
    print(store.status.kind, flush=True)
    await globals()[job](store)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
