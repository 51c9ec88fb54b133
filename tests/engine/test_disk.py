from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_llmchat.engine.disk import PrefixFolder
from jupyter_llmchat.engine.host import Saved

SAVED = Saved([1, 2, 3], b"state" * 100)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_what_was_stored_is_loaded_by_the_same_engine_only(tmp_path: Path) -> None:
    folder = PrefixFolder(tmp_path / "new", ("model", 1))
    folder.store(SAVED)
    assert folder.load() == [SAVED]
    assert PrefixFolder(tmp_path / "new", ("model", 2)).load() == []


def test_nobody_else_can_read_or_write_it(tmp_path: Path) -> None:
    folder = PrefixFolder(tmp_path / "new", ())
    folder.store(SAVED)
    (file,) = _files(tmp_path / "new")
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0


def test_a_file_that_others_may_write_is_not_read(tmp_path: Path) -> None:
    folder = PrefixFolder(tmp_path, ())
    folder.store(SAVED)
    _files(tmp_path)[0].chmod(0o666)
    assert folder.load() == []


@pytest.mark.parametrize("at", [0, 40, -3])
def test_a_damaged_file_is_left_alone(tmp_path: Path, at: int) -> None:
    folder = PrefixFolder(tmp_path, ())
    folder.store(SAVED)
    (file,) = _files(tmp_path)
    data = bytearray(file.read_bytes())
    data[at] ^= 0xFF
    file.write_bytes(data)
    assert folder.load() == []


def test_half_a_file_is_none(tmp_path: Path) -> None:
    folder = PrefixFolder(tmp_path, ())
    folder.store(SAVED)
    (file,) = _files(tmp_path)
    file.write_bytes(file.read_bytes()[:50])
    assert folder.load() == []


def test_what_does_not_fit_is_dropped(tmp_path: Path) -> None:
    folder = PrefixFolder(tmp_path, ())
    folder.store(SAVED)
    folder.drop(SAVED)
    folder.drop(SAVED)
    assert _files(tmp_path) == []


def test_a_folder_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    folder = PrefixFolder(blocked / "below", ())
    folder.store(SAVED)
    assert folder.load() == []
