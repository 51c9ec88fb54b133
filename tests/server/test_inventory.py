from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.server import inventory as module
from jupyter_llmchat.server.inventory import Inventory, KnownFile
from jupyter_llmchat.server.settings import ServerSettings, TierSettings
from tests.models.gguf_files import write

from .builders import LONG_S, settings


def setting(path: Path, **changes: object) -> ServerSettings:
    engine = EngineConfig(model_path=str(path))
    return replace(settings(**changes), engine=engine)


async def one(inventory: Inventory) -> KnownFile:
    return (await inventory.stock()).files["fast"]


async def test_what_is_known_of_a_file(tmp_path: Path) -> None:
    path = write(tmp_path)
    inventory = Inventory(setting(path, tiers=TierSettings(memory_mb=3)))
    stock = await inventory.stock()
    assert stock.budget_bytes == 3 << 20
    (file,) = stock.files.values()
    assert (file.path, file.file_bytes) == (path, path.stat().st_size)
    assert file.memory_bytes >= file.file_bytes


async def test_a_file_is_read_again_only_when_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, read = write(tmp_path), []
    monkeypatch.setattr(module, "footprint", lambda engine: read.append(1) or len(read))
    inventory = Inventory(setting(path))
    assert [(await one(inventory)).memory_bytes for _ in range(3)] == [1, 1, 1]
    os.utime(path, ns=(1, 1))
    assert (await one(inventory)).memory_bytes == 2


async def test_a_tier_whose_file_cannot_be_read_is_missing(tmp_path: Path) -> None:
    path = write(tmp_path)
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(b"no model")
    paths = {"fast": str(path), "balanced": str(damaged), "complex": str(tmp_path)}
    config = setting(path, tiers=TierSettings(paths=paths))  # type: ignore[arg-type]
    assert [*(await Inventory(config).stock()).files] == ["fast"]


async def test_a_disk_that_hangs_holds_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, go_on, looks = write(tmp_path), threading.Event(), []
    inventory = Inventory(setting(path))
    known = await inventory.stock()

    def hang(setting: str) -> None:
        looks.append(setting)
        assert go_on.wait(LONG_S)
        raise OSError("gone")

    monkeypatch.setattr(module, "locate", hang)
    monkeypatch.setattr(module, "LOOK_S", 0.01)
    assert [await inventory.stock() for _ in range(3)] == [known] * 3
    assert len(looks) == 1
    go_on.set()
    monkeypatch.setattr(module, "LOOK_S", LONG_S)
    assert (await inventory.stock()).files == {}
