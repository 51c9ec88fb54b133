from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_llmchat import private_file


def test_a_file_is_its_owners_alone_and_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    private_file.replace(path, b"one")
    private_file.replace(path, b"two")
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_nothing_is_left_of_what_could_not_be_written(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    (taken / "below").mkdir(parents=True)
    with pytest.raises(OSError):
        private_file.replace(taken, b"one")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
