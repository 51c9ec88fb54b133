from __future__ import annotations

import threading
from pathlib import Path

import pytest

from jupyter_llmchat.config import EngineConfig, StoreConfig
from jupyter_llmchat.server import origin
from jupyter_llmchat.server.origin import Origins
from jupyter_llmchat.server.settings import ServerSettings, TierSettings


def origins(*paths: Path, found: object = None) -> Origins:
    """One model, or one for each tier."""
    tiers = dict(zip(("fast", "balanced", "complex"), map(str, paths), strict=False))
    settings = ServerSettings(
        engine=EngineConfig(model_path=str(paths[0])),
        store=StoreConfig(path=None),
        tiers=TierSettings(paths=tiers if len(paths) > 1 else {}),  # type: ignore[arg-type]
    )
    return Origins(settings, lambda: found)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"weights")
    return path


async def test_it_is_known_before_anything_is_loaded(model: Path) -> None:
    first = await origins(model, found={"fast": "tested"}).now()
    again = await origins(model, found={"fast": "tested"}).now()
    assert first is not None
    assert first == again
    assert (first.engine.model_path, first.found) == (str(model), {"fast": "tested"})
    assert [*first.models] == ["fast"]


async def test_every_tier_has_its_file(model: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.gguf"
    other.write_bytes(b"more weights")
    both = await origins(model, other).now()
    one = await origins(model).now()
    assert both is not None
    assert one is not None
    assert [*both.models] == ["fast", "balanced"]
    assert both.models["fast"] == one.models["fast"] != both.models["balanced"]


async def test_without_a_file_nothing_is_known_until_it_is_there(model: Path) -> None:
    here = model.read_bytes()
    model.unlink()
    waiting = origins(model)
    assert await waiting.now() is None
    model.write_bytes(here)
    assert await waiting.now() is not None


async def test_a_file_that_was_replaced_may_not_be_the_one_in_memory(
    model: Path,
) -> None:
    running = origins(model)
    before = await running.now()
    model.write_bytes(b"other weights")
    assert await running.now() is None
    restarted = await origins(model).now()
    assert restarted is not None
    assert restarted != before


async def test_a_disk_that_hangs_holds_up_one_thread_and_nobody_for_long(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()
    looks: list[Path] = []

    def fingerprint(path: Path) -> str:
        looks.append(path)
        answers.wait(20.0)
        return "print"

    monkeypatch.setattr(origin, "fingerprint", fingerprint)
    monkeypatch.setattr(origin, "LOOK_S", 0.01)
    hanging = origins(model)
    assert [await hanging.now() for _ in range(3)] == [None] * 3
    assert len(looks) == 1
    monkeypatch.setattr(origin, "LOOK_S", 20.0)
    answers.set()
    assert await hanging.now() is not None
