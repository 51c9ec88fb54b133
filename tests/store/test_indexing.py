from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.store import Store, search_index
from jupyter_llmchat.store import indexing as module
from jupyter_llmchat.store.db import Cursor

from .builders import begin, ended
from .processes import line, running


async def until_found(store: Store, query: str) -> None:
    """Nobody but the background task indexes."""
    async with asyncio.timeout(30):
        while not (await store.search.find("ada", query)).hits:
            await asyncio.sleep(0.02)


def segments(cursor: Cursor) -> int:
    return len(cursor.rows("SELECT id FROM search_segments"))


async def test_what_is_said_is_found_soon_after(store: Store) -> None:
    begun = await begin(store, question="a zebra")
    await until_found(store, "zebra ")
    await store.end_turn(ended(begun))
    await until_found(store, "counts ")


async def test_what_a_process_left_undone_is_indexed_by_the_next(path: Path) -> None:
    store = await Store.open(StoreConfig(path=path))
    await store.indexing.stop()
    begun = await begin(store, question="a zebra")
    await store.end_turn(ended(begun))
    await store.close()
    store = await Store.open(StoreConfig(path=path))
    await until_found(store, "zebra ")
    await until_found(store, "counts ")
    assert await store.indexing.catch_up() == 0
    await store.close()


async def test_an_answer_that_ends_late_is_not_forgotten(store: Store) -> None:
    await store.indexing.stop()
    late = await begin(store, question="first")
    for number in range(3):
        await store.end_turn(ended(await begin(store, question=f"more {number}")))
        await store.indexing.catch_up()
    await store.end_turn(ended(late))
    assert await store.indexing.catch_up() == 1
    assert await store.indexing.catch_up() == 0


async def test_many_become_a_segment_when_nothing_else_is_to_do(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "SEGMENT", 4)
    monkeypatch.setattr(module, "_IDLE_S", 0.05)
    for number in range(4):
        await begin(store, question=f"zebra {number}")
    async with asyncio.timeout(30):
        while not await store._access.read(segments):
            await asyncio.sleep(0.02)
    assert len((await store.search.find("ada", "zebra ")).hits) >= 4


async def test_a_busy_writer_is_not_kept_from_its_work(store: Store) -> None:
    async def talk() -> None:
        for number in range(20):
            await store.end_turn(ended(await begin(store, question=f"zebra {number}")))

    await asyncio.gather(*(talk() for _ in range(4)))
    assert await store.indexing.catch_up() >= 0
    page = await store.search.find("ada", "counts ", limit=100)
    assert len(page.hits) == 80


@pytest.mark.parametrize("turns", [1, 3, 8, 20])
async def test_a_process_that_is_killed_leaves_nothing_out(
    path: Path, turns: int
) -> None:
    with running("converse", path) as process:
        ended = 0
        while ended < turns:
            ended += line(process).startswith("ended")
        process.kill()
        process.wait(30)
    store = await Store.open(StoreConfig(path=path))
    await store.indexing.catch_up()
    check = await store.upkeep.check()
    assert check.turns >= turns
    assert (check.waiting, check.problems) == (0, ())
    assert check.indexed >= check.messages
    await store.close()
