from __future__ import annotations

from pathlib import Path, PureWindowsPath
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_llmchat.store.mounts import network_file_system, network_kind


def mount(point: str, kind: str, options: str = "rw") -> Any:
    return SimpleNamespace(mountpoint=point, fstype=kind, opts=options)


MOUNTS = (
    mount("/", "ext4"),
    mount("/home", "nfs4"),
    mount("/home/ada/local", "xfs"),
    mount("/mnt/cloud", "fuse.sshfs"),
    mount("/mnt/twice", "nfs"),
    mount("/mnt/twice", "tmpfs"),
    mount("/mnt/share", "CIFS"),
)


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/var/data", ""),
        ("/home/ada/.local/share", "nfs4"),
        ("/home/ada/local/data", ""),
        ("/homely", ""),
        ("/mnt/cloud", "sshfs"),
        ("/mnt/twice/data", ""),
        ("/mnt/share/data", "cifs"),
    ],
)
def test_the_innermost_mount_decides(folder: str, kind: str) -> None:
    assert network_kind(Path(folder), MOUNTS) == kind


def test_windows_says_it_in_other_ways() -> None:
    drives = (mount("C:\\", "NTFS", "rw,fixed"), mount("Z:\\", "NTFS", "rw,remote"))
    found = [
        network_kind(PureWindowsPath(each), drives)  # type: ignore[arg-type]
        for each in ("C:\\data", "Z:\\data", r"\\server\share\data")
    ]
    assert found == ["", "network drive", "network share"]


def test_a_folder_that_does_not_exist_is_where_it_would_be(tmp_path: Path) -> None:
    missing = tmp_path / "a" / "b"
    assert network_file_system(missing) == network_file_system(tmp_path)
    with pytest.raises(ValueError, match="null"):
        network_file_system(tmp_path / "a\0b")
