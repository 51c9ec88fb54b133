"""The database from the event loop: results and errors come back, nothing hangs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.errors import NotFound, StoreUnavailable
from jupyter_llmchat.store import access
from jupyter_llmchat.store.access import Access
from jupyter_llmchat.store.db import Cursor
from jupyter_llmchat.store.opening import open_database


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Access]:
    database = open_database(StoreConfig(path=tmp_path / "chat.duckdb"))
    one = Access(database.database, database.clock)
    yield one
    await one.close(10)


def count(cursor: Cursor) -> int:
    row = cursor.row("SELECT count(*) AS n FROM sessions")
    assert row is not None
    return int(row["n"])


def add(name: str) -> Callable[[Cursor], None]:
    def work(cursor: Cursor) -> None:
        cursor.run(
            "INSERT INTO sessions (id, owner, title, config, messages, created_us,"
            " updated_us, used_seq) VALUES (?, 'o', '', '{}', 0, 0, 0, 0)",
            name,
        )

    return work


async def test_what_was_written_is_read(opened: Access) -> None:
    await asyncio.gather(*(opened.write(add(str(n))) for n in range(20)))
    assert await opened.read(count) == 20


async def test_what_work_raises_comes_back_and_undoes_it(opened: Access) -> None:
    def failing(cursor: Cursor) -> None:
        add("one")(cursor)
        raise NotFound("no", "go on")

    with pytest.raises(NotFound):
        await opened.write(failing)
    assert await opened.read(count) == 0


async def test_a_write_is_made_though_nobody_waits_for_it(opened: Access) -> None:
    going, enough = threading.Event(), threading.Event()

    def slow(cursor: Cursor) -> None:
        going.set()
        enough.wait(10)
        add("one")(cursor)

    task = asyncio.create_task(opened.write(slow))
    await asyncio.to_thread(going.wait, 10)
    task.cancel()
    enough.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    await opened.write(lambda cursor: None)
    assert await opened.read(count) == 1


async def test_a_disk_that_does_not_answer_is_told(
    opened: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "_ANSWER_S", 0.01)
    enough = threading.Event()
    try:
        with pytest.raises(StoreUnavailable, match="did not answer"):
            await opened.read(lambda cursor: enough.wait(10))
    finally:
        enough.set()


async def test_after_closing_nothing_is_read_or_written(opened: Access) -> None:
    await opened.close(10)
    await opened.close(10)
    with pytest.raises(StoreUnavailable, match="closed"):
        await opened.read(count)
    with pytest.raises(StoreUnavailable, match="closed"):
        await opened.write(count)
