"""What was measured is found again, and nothing else is taken for it."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

import msgspec
import pytest

from jupyter_llmchat.engine import speed_file
from jupyter_llmchat.engine.speed import Speed
from jupyter_llmchat.engine.speed_file import (
    Kept,
    kept_or_measured,
    key_of,
    latest,
    save,
)

from .fake_machine import TWO_CORES


class Measurement:
    """Counts how often it is made."""

    def __init__(self, speed: Speed = TWO_CORES) -> None:
        self.count = 0
        self._speed = speed

    def __call__(self) -> Speed:
        self.count += 1
        return self._speed


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "new" / "profiles"


def only_file(folder: Path) -> Path:
    (found,) = folder.iterdir()
    return found


def test_it_is_measured_once(folder: Path, model: Path) -> None:
    measurement = Measurement()
    for _ in range(3):
        assert kept_or_measured(folder, model, "", measurement) == TWO_CORES
    assert measurement.count == 1
    assert stat.S_IMODE(only_file(folder).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_disturbed_measurement_is_used_but_not_kept(
    folder: Path, model: Path
) -> None:
    measurement = Measurement(msgspec.structs.replace(TWO_CORES, is_steady=False))
    for _ in range(2):
        assert not kept_or_measured(folder, model, "", measurement).is_steady
    assert measurement.count == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 50_000,
        b"{}",
        b"null",
        msgspec.json.encode({"key": "other", "model": "m", "speed": TWO_CORES}),
        b" " * (1 << 17),
    ],
)
def test_a_damaged_or_foreign_file_is_measured_over(
    folder: Path, model: Path, content: bytes
) -> None:
    kept_or_measured(folder, model, "", Measurement())
    only_file(folder).write_bytes(content)
    measurement = Measurement()
    kept_or_measured(folder, model, "", measurement)
    kept_or_measured(folder, model, "", measurement)
    assert measurement.count == 1


def test_something_else_in_the_files_place_does_no_harm(
    folder: Path, model: Path
) -> None:
    path = folder / f"speed-{key_of(model)}.json"
    path.mkdir(parents=True)
    assert kept_or_measured(folder, model, "", Measurement()) == TWO_CORES
    path.rmdir()
    os.mkfifo(path)
    assert kept_or_measured(folder, model, "", Measurement()) == TWO_CORES


def test_a_folder_that_cannot_be_written_costs_a_measurement(
    tmp_path: Path, model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with caplog.at_level(logging.DEBUG):
        speed = kept_or_measured(in_the_way / "folder", model, "", Measurement())
    assert speed == TWO_CORES
    assert [record.levelno for record in caplog.records] == [logging.DEBUG]


def test_a_failed_write_leaves_nothing_behind(
    folder: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", refuse)
    kept_or_measured(folder, model, "", Measurement())
    assert not [*folder.iterdir()]


def test_the_key_changes_with_all_that_the_speed_depends_on(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {key_of(model), key_of(model, "flash attention")}
    os.utime(model, ns=(1, 1))
    keys.add(key_of(model))
    model.write_bytes(b"GGUF, longer")
    os.utime(model, ns=(1, 1))
    keys.add(key_of(model))
    renamed = model.with_name("other.gguf")
    model.rename(renamed)
    keys.add(key_of(renamed))
    for name in ("_cpu", "_llama_version"):
        monkeypatch.setattr(speed_file, name, lambda: "other")
        keys.add(key_of(renamed))
    monkeypatch.setattr(os, "cpu_count", lambda: 1000)
    keys.add(key_of(renamed))
    assert len(keys) == 8
    assert key_of(renamed) == key_of(renamed)


def test_a_model_that_is_gone_has_a_key_too(tmp_path: Path) -> None:
    assert key_of(tmp_path / "gone.gguf")


def test_what_measuring_raises_comes_through(folder: Path, model: Path) -> None:
    def fail() -> Speed:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        kept_or_measured(folder, model, "", fail)


def test_the_latest_measurement_of_a_model_is_found(folder: Path) -> None:
    newer = msgspec.structs.replace(TWO_CORES, context_cost=0.5)
    for age, key, name, speed in [
        (30, "old", "mine.gguf", TWO_CORES),
        (20, "new", "mine.gguf", newer),
        (10, "other", "other.gguf", TWO_CORES),
    ]:
        save(folder, Kept(key=key, model=name, speed=speed))
        os.utime(folder / f"speed-{key}.json", (1000 - age, 1000 - age))
    (folder / "speed-damaged.json").write_text("{")
    assert latest(folder, "mine.gguf") == newer
    assert latest(folder, "unknown.gguf") is None
    assert latest(folder / "none", "mine.gguf") is None
