"""Real server processes with a fake model, for tests that need a real connection."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_llmchat.kernel.discover import ServerAddress

START_S = 60.0


@contextmanager
def served(
    folder: Path,
    *options: str,
    name: str = "one",
    module: str = "tests.server.fake_server",
) -> Iterator[ServerAddress]:
    """A server whose data is in `folder`; it is gone at the end."""
    runtime = folder / f"runtime-{name}"
    environment = os.environ | {
        "LLMCHAT_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
    }
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *options],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield _address(runtime / f"jpserver-{process.pid}.json", process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _address(file: Path, pid: int) -> ServerAddress:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if file.exists() and (text := file.read_text()):
            info = json.loads(text)
            return ServerAddress(url=info["url"], token=info["token"], pid=pid)
        time.sleep(0.05)
    raise AssertionError("the server did not start")
