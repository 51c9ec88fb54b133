"""Starting `tests.store.process` and reading what it says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running(job: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """The process, which is killed in the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.store.process", job, str(path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=30)


def line(process: subprocess.Popen[str]) -> str:
    """The next line; empty when the process has ended."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def output(job: str, path: Path) -> list[str]:
    """All lines of a job that ends by itself."""
    with running(job, path) as process:
        lines = (process.communicate(timeout=60)[0]).splitlines()
        assert process.returncode == 0
        return lines
