from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "chat.duckdb"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    store = await Store.open(StoreConfig(path=path))
    yield store
    await store.close()
