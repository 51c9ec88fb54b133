"""A lock between processes that the system frees when its holder ends."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

_HELD_BY_ANOTHER = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}


class FileLock:
    """A lock on a file, which is made readable to its owner only and never deleted."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    @property
    def is_held(self) -> bool:
        """By this object."""
        return self._handle is not None

    def acquire(self) -> bool:
        """False while another one holds it; never waits.

        Raises OSError where there can be no such file or it cannot be locked, and
        ValueError for a path with a NUL.
        """
        if self._handle is not None:
            return True
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            is_locked = _try_lock(handle)
        except OSError:
            os.close(handle)
            raise
        if is_locked:
            self._handle = handle
        else:
            os.close(handle)
        return is_locked

    def release(self) -> None:
        """Safe to call twice."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


def _try_lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD_BY_ANOTHER:
            return False
        raise
    return True
