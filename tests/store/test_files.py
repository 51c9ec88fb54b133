from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_llmchat.errors import StoreUnavailable
from jupyter_llmchat.store import files, mounts


def test_the_folder_is_made_and_private(path: Path) -> None:
    files.prepare_folder(path)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == []


def test_an_existing_folder_keeps_its_mode(path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    files.prepare_folder(path)
    assert path.parent.stat().st_mode & 0o777 == 0o755


def test_a_network_file_system_is_used_only_if_so_wished(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mounts, "network_file_system", lambda folder: "nfs4")
    with pytest.raises(StoreUnavailable, match=r"network file system \(nfs4\)") as told:
        files.prepare_folder(path)
    assert "LLMChatApp.network_folder" in told.value.hint
    assert not path.parent.exists()
    files.prepare_folder(path, network_folder=True)
    assert path.parent.exists()


def test_a_folder_in_the_file_s_place_is_named_as_the_cause(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StoreUnavailable, match="directory"):
        files.prepare_folder(path)


def test_the_database_and_its_log_are_set_aside_as_a_pair(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("file")
    files.log_of(path).write_text("log")
    kept = files.set_aside(path)
    assert (kept.read_text(), files.log_of(kept).read_text()) == ("file", "log")
    assert not path.exists()
    assert not files.log_of(path).exists()


def test_what_cannot_be_set_aside_is_an_error(path: Path) -> None:
    gone = Path("/proc/version")
    with pytest.raises(StoreUnavailable, match="cannot be set aside"):
        files.set_aside(gone)


def test_a_disk_that_cannot_be_asked_has_no_room(path: Path) -> None:
    assert not files.has_room(path)
    path.parent.mkdir()
    assert files.has_room(path)
    assert files.size_of(path) == 0
