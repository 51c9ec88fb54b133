from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_llmchat import file_lock
from jupyter_llmchat.file_lock import FileLock

HOLD = """
import pathlib, sys
from jupyter_llmchat.file_lock import FileLock
print(FileLock(pathlib.Path(sys.argv[1])).acquire(), flush=True)
sys.stdin.read()
"""


def test_one_holds_it_until_it_is_released(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.acquire()
    assert first.acquire()
    assert (first.is_held, second.acquire(), second.is_held) == (True, False, False)
    first.release()
    first.release()
    assert second.acquire()
    second.release()
    assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600


def test_a_holder_that_is_killed_holds_it_no_longer(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"True\n"
        assert not lock.acquire()
        holder.kill()
        holder.wait(10)
    assert lock.acquire()
    lock.release()


def test_a_place_that_cannot_be_locked_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileNotFoundError):
        FileLock(tmp_path / "missing" / "lock").acquire()
    with pytest.raises(ValueError, match="null"):
        FileLock(tmp_path / "a\0b").acquire()

    def unsupported(handle: int) -> bool:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(file_lock, "_try_lock", unsupported)
    lock = FileLock(tmp_path / "lock")
    with pytest.raises(OSError, match="locks"):
        lock.acquire()
    assert not lock.is_held
