"""Making, listing and restoring them is tested with the store in test_upkeep."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jupyter_llmchat.errors import StoreUnavailable
from jupyter_llmchat.store import backups, files


def test_each_backup_gets_a_name_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "chat.duckdb"
    names = set()
    for _ in range(3):
        target = backups.new_file(path)
        target.touch()
        names.add(target.name)
    assert len(names) == 3
    assert {each.name for each in backups.listed(path)} == names


def test_the_newest_is_listed_first(tmp_path: Path) -> None:
    path = tmp_path / "chat.duckdb"
    first, second = backups.new_file(path), tmp_path / "backups" / "chat-2.duckdb"
    for place, each in enumerate((first, second)):
        each.touch()
        os.utime(each, (place, place))
    (tmp_path / "backups" / "other.txt").touch()
    assert [each.name for each in backups.listed(path)] == [second.name, first.name]


def test_without_room_there_is_no_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "has_room", lambda path: False)
    with pytest.raises(StoreUnavailable, match="no room"):
        backups.require_room(tmp_path / "chat.duckdb")
