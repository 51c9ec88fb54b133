from __future__ import annotations

import struct
from pathlib import Path

import pytest

from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.models.footprint import budget_bytes, footprint, machine_bytes

from .gguf_files import SETTINGS, U32, setting, write

SHAPE = {"block_count": 2, "embedding_length": 64, "attention.head_count": 4}
"""Keys and values of 2 layers, 4 heads and 16 numbers: 256 numbers a token."""


def model(folder: Path, **shape: int) -> EngineConfig:
    numbers = {name.replace("__", "."): number for name, number in shape.items()}
    added = (
        setting(f"llama.{name}", U32, struct.pack("<I", number))
        for name, number in {**SHAPE, **numbers}.items()
    )
    return EngineConfig(
        model_path=str(write(folder, settings=(*SETTINGS, *added))), n_ctx=1000
    )


def cache_bytes(engine: EngineConfig) -> int:
    return footprint(engine) - Path(engine.model_path).stat().st_size


def test_a_model_takes_its_file_and_its_kv_cache(tmp_path: Path) -> None:
    assert cache_bytes(model(tmp_path)) == 1000 * 256 * 2


@pytest.mark.parametrize(
    ("shape", "values"),
    [
        ({"attention__head_count_kv": 1}, 64),
        ({"attention__key_length": 32}, 2 * 4 * (32 + 16)),
        ({"attention__head_count": 0}, 0),
        ({"block_count": 1 << 31}, 0),
    ],
)
def test_the_header_says_how_much_a_token_takes(
    shape: dict[str, int], values: int, tmp_path: Path
) -> None:
    assert cache_bytes(model(tmp_path, **shape)) == 1000 * values * 2


def test_the_context_is_at_most_the_models_own(tmp_path: Path) -> None:
    engine = model(tmp_path)
    longer = EngineConfig(model_path=engine.model_path, n_ctx=10_000, kv_type="q8_0")
    assert cache_bytes(longer) == 2048 * 256 * 34 // 32


def test_the_embedded_model() -> None:
    size = footprint(EngineConfig(model_path=""))
    assert size == 98_362_432 + 8192 * 30 * 3 * 64 * 2 * 2


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="There is no model"):
        footprint(EngineConfig(model_path=str(tmp_path / "none.gguf")))


def test_a_container_has_less_than_the_machine(tmp_path: Path) -> None:
    whole = machine_bytes(tmp_path)
    assert whole > 1 << 28
    (tmp_path / "memory.max").write_text("max\n")
    assert machine_bytes(tmp_path) == whole
    (tmp_path / "memory.max").write_text("5000\n")
    assert machine_bytes(tmp_path) == 5000


def test_the_budget_is_half_of_the_machine_unless_it_is_set() -> None:
    assert budget_bytes(3) == 3 << 20
    assert budget_bytes(0, machine=1000) == 500
    assert budget_bytes(0) > 1 << 27
