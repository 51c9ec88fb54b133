"""The database's files: who may read them, and where damaged ones go."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from jupyter_llmchat.errors import StoreUnavailable

from . import mounts

_SPARE_BYTES = 64 << 20
_HINT = "Make it writable or choose another database file, then restart."


def log_of(path: Path) -> Path:
    """DuckDB's write-ahead log: what is committed but not yet in the file."""
    return path.with_name(path.name + ".wal")


def size_of(path: Path) -> int:
    """Bytes; 0 where there is no file."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def prepare_folder(path: Path, *, network_folder: bool = False) -> None:
    """Makes sure that the database can be written; raises StoreUnavailable.

    On a network file system, where locks may not work, only with `network_folder`.

    Never opens the database itself: closing it again would drop the lock that
    another store of this process may hold on it.
    """
    folder = path.parent
    kind = "" if network_folder else mounts.network_file_system(folder)
    if kind:
        raise StoreUnavailable(
            f"The folder {folder} is on a network file system ({kind}), where a "
            "database can be damaged.",
            "Choose a local folder with LLMChatApp.data_dir or LLMCHAT_DATA_DIR, or "
            "set LLMChatApp.network_folder if only one machine uses it at a time.",
        )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        if path.is_dir():
            raise IsADirectoryError(None, "Is a directory")
    except OSError as error:
        raise StoreUnavailable(
            f"The database file {path} cannot be written: {error.strerror}.", _HINT
        ) from error
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        raise StoreUnavailable(f"The database file {path} is write-protected.", _HINT)


def protect(path: Path) -> None:
    """Lets only its owner read the database and its log.

    The log is created here where it is missing: DuckDB would make it readable to all.
    """
    with suppress(OSError):  # file systems without permissions, a full disk
        os.close(os.open(log_of(path), os.O_WRONLY | os.O_CREAT, 0o600))
        log_of(path).chmod(0o600)
        path.chmod(0o600)


def copies_of(path: Path) -> Path:
    """The folder for copies of the database."""
    return path.with_name("backups")


def sync(path: Path) -> None:
    """Waits until a file, or what a folder has in it, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def set_aside(path: Path, *, log_only: bool = False, why: str = "damaged") -> Path:
    """Renames the database and its log, or the log alone; returns the new name.

    Raises StoreUnavailable.
    """
    target = _free_name(path, why)
    try:
        if log_of(path).exists():
            log_of(path).rename(log_of(target))
        if path.exists() and not log_only:
            path.rename(target)
    except OSError as error:
        raise StoreUnavailable(
            f"The {why} database {path} cannot be set aside: {error.strerror}.",
            _HINT,
        ) from error
    return log_of(target) if log_only else target


def has_room(path: Path) -> bool:
    """Whether a checkpoint, which may rewrite everything, fits on the disk."""
    try:
        free = shutil.disk_usage(path.parent).free
    except OSError:
        return False
    return free >= 2 * (size_of(path) + size_of(log_of(path))) + _SPARE_BYTES


def _free_name(path: Path, why: str) -> Path:
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    number = 0
    while True:
        suffix = f".{number}" if number else ""
        target = path.with_name(f"{path.name}.{why}-{stamp}{suffix}")
        if not target.exists() and not log_of(target).exists():
            return target
        number += 1
