"""What it does is tested with the commands in test_db."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jupyter_llmchat.cli.kept_database import KeptDatabase
from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.errors import NotFound, StoreUnavailable
from jupyter_llmchat.store import Store


def test_a_database_is_never_made(tmp_path: Path) -> None:
    path = tmp_path / "llmchat.duckdb"
    with pytest.raises(NotFound), KeptDatabase(path):
        pass
    assert not path.exists()


def test_one_that_is_in_use_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "llmchat.duckdb"

    async def both() -> None:
        store = await Store.open(StoreConfig(path=path))
        try:
            with (
                KeptDatabase(path) as database,
                pytest.raises(StoreUnavailable, match="in use"),
            ):
                await asyncio.to_thread(database.check_database)
        finally:
            await store.close()

    asyncio.run(both())
