"""What kind of file system a folder is on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

_NETWORK = frozenset(
    {
        *("acfs", "afpfs", "afs", "beegfs", "ceph", "cifs", "coda", "davfs"),
        *("glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs3"),
        *("nfs4", "orangefs", "pvfs2", "smb", "smb2", "smb3", "smbfs", "webdav"),
        *("sshfs", "rclone", "s3fs", "gcsfuse", "goofys", "juicefs", "mount-s3"),
        *("blobfuse", "blobfuse2", "ceph-fuse", "davfs2", "mountpoint-s3", "moosefs"),
    }
)
"""Names of Linux and macOS, those of FUSE without their `fuse.`."""


def network_file_system(folder: Path) -> str:
    """The name of the network file system that a folder is on; "" for a local one.

    The folder need not exist. Blocks; raises OSError, RuntimeError or ValueError.
    """
    import psutil

    return network_kind(folder.resolve(), psutil.disk_partitions(all=True))


def network_kind(folder: Path, mounted: Iterable[Any]) -> str:
    """As `network_file_system`, by mounts as psutil lists them."""
    above = [each for each in mounted if folder.is_relative_to(each.mountpoint)]
    if not above:
        return "network share" if folder.drive.startswith("\\\\") else ""
    # The longest is the one in use; of two at one place, the one mounted last.
    length = max(len(each.mountpoint) for each in above)
    mount = [each for each in above if len(each.mountpoint) == length][-1]
    if "remote" in mount.opts.split(","):  # a drive letter of Windows
        return "network drive"
    kind = str(mount.fstype).lower().removeprefix("fuse.")
    return kind if kind in _NETWORK else ""
