"""The database's files: who may read them, and where damaged ones go."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from jupyter_llmchat.errors import StoreUnavailable

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


def prepare_folder(path: Path) -> None:
    """Makes sure that the database can be written; raises StoreUnavailable.

    Never opens the database itself: closing it again would drop the lock that
    another store of this process may hold on it.
    """
    folder = path.parent
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


def set_aside(path: Path, *, log_only: bool = False) -> Path:
    """Renames the database and its log, or the log alone; returns the new name.

    Raises StoreUnavailable.
    """
    target = _free_name(path)
    try:
        if log_of(path).exists():
            log_of(path).rename(log_of(target))
        if path.exists() and not log_only:
            path.rename(target)
    except OSError as error:
        raise StoreUnavailable(
            f"The damaged database {path} cannot be set aside: {error.strerror}.",
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


def _free_name(path: Path) -> Path:
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    number = 0
    while True:
        suffix = f".{number}" if number else ""
        target = path.with_name(f"{path.name}.damaged-{stamp}{suffix}")
        if not target.exists() and not log_of(target).exists():
            return target
        number += 1
