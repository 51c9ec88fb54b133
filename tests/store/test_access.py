from __future__ import annotations

import asyncio
import threading

import pytest

from jupyter_llmchat.errors import StoreUnavailable
from jupyter_llmchat.store import Store
from jupyter_llmchat.store.access import Access


@pytest.fixture
async def access(store: Store) -> Access:
    await store.indexing.stop()
    return store._access


async def test_a_write_is_noted_until_it_is_over(access: Access) -> None:
    access.changed.clear()
    go = threading.Event()
    writing = asyncio.create_task(access.write(lambda cursor: go.wait(10)))
    await asyncio.sleep(0)
    assert (access.pending, access.quiet_s) == (1, 0.0)
    go.set()
    assert await writing
    assert access.pending == 0
    assert access.changed.is_set()


async def test_who_stops_waiting_leaves_the_write_to_be_made(access: Access) -> None:
    go = threading.Event()
    writing = asyncio.create_task(access.write(lambda cursor: go.wait(10)))
    await asyncio.sleep(0)
    writing.cancel()
    assert access.pending == 1
    go.set()
    await access.write(lambda cursor: None)
    assert access.pending == 0


async def test_a_write_that_fails_is_over_too(access: Access) -> None:
    def fail(cursor: object) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await access.write(fail)
    assert access.pending == 0


async def test_what_is_written_aside_is_no_change(access: Access) -> None:
    access.changed.clear()
    assert await access.write_aside(lambda cursor: 7) == 7
    assert not access.changed.is_set()


async def test_a_closed_store_says_so(store: Store) -> None:
    await store.close()
    for work in (store._access.read, store._access.write):
        with pytest.raises(StoreUnavailable, match="closed"):
            await work(lambda cursor: None)
