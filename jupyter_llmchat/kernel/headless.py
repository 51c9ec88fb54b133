"""Starts a Jupyter server in the background where there is none."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from jupyter_core.paths import jupyter_runtime_dir

from jupyter_llmchat.errors import ServerUnreachable
from jupyter_llmchat.file_lock import FileLock

from .discover import ServerAddress, find_server

SERVE = (sys.executable, "-P", "-m", "jupyter_llmchat", "serve")
"""`-P`: a file of the user's in the current folder must not shadow a module."""
START_S = 60.0
"""Seconds that starting may take, waiting for another starter included."""
_POLL_S = 0.2
_KERNEL_VARIABLES = ("JPY_PARENT_PID", "JPY_SESSION_NAME")
"""They speak of the kernel, not of the server that it starts."""


def find_or_start(
    on_start: Callable[[str], object] = lambda message: None,
) -> ServerAddress:
    """A server that answers; starts one, shared by all kernels, if there is none.

    `on_start` is told, in a sentence, when a start makes the user wait.
    Raises ServerUnreachable.
    """
    address = find_server()
    if address is not None:
        return address
    on_start("Starting a Jupyter server in the background; this is needed once.")
    return start_server()


def start_server(
    command: Sequence[str] = SERVE, timeout_s: float = START_S
) -> ServerAddress:
    """Starts a server and waits until it answers; raises ServerUnreachable.

    Where several processes call this at once, one starts it and all get its address.
    The server outlives this process and shuts itself down when idle.
    """
    folder = Path(jupyter_runtime_dir())
    deadline = time.monotonic() + timeout_s
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _locked(folder / "llmchat-serve.lock", deadline):
            address = find_server()
            if address is not None:
                return address
            log = folder / "llmchat-serve.log"
            return _await_server(_spawn(command, folder, log), log, deadline)
    except OSError as error:
        raise ServerUnreachable(
            f"No Jupyter server could be started: {error}.",
            f"Make {folder} a folder that you may write to, or set JUPYTER_RUNTIME_DIR "
            "to one.",
        ) from error


def _spawn(command: Sequence[str], folder: Path, log: Path) -> subprocess.Popen[bytes]:
    environment = {
        key: value for key, value in os.environ.items() if key not in _KERNEL_VARIABLES
    }
    # Readable by the owner only: a server prints its token.
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    output = os.open(log, flags, 0o600)
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    except OSError as error:
        raise ServerUnreachable(
            f"No Jupyter server could be started: {error}.",
            "Start one with `jupyter llmchat serve`.",
        ) from error
    finally:
        os.close(output)
    # Reaps the server when it ends, so that no zombie stays.
    threading.Thread(target=process.wait, daemon=True).start()
    return process


def _await_server(
    process: subprocess.Popen[bytes], log: Path, deadline: float
) -> ServerAddress:
    while time.monotonic() < deadline:
        has_ended = process.poll() is not None
        address = find_server()
        if address is not None:
            return address
        if has_ended:
            raise _failure(f"ended at once (exit status {process.returncode})", log)
        time.sleep(_POLL_S)
    process.terminate()
    raise _failure("did not answer in time", log)


def _failure(what: str, log: Path) -> ServerUnreachable:
    return ServerUnreachable(
        f"The Jupyter server started in the background {what}: {_last_line(log)}",
        f"Its output is in {log}; `jupyter llmchat doctor` checks the set-up.",
    )


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError as error:
        return f"its output could not be read ({error})."
    said = [line.strip() for line in lines if line.strip()]
    if not said:
        return "it said nothing."
    return re.sub(r"token=\w+", "token=…", said[-1])[:300]


@contextmanager
def _locked(path: Path, deadline: float) -> Iterator[None]:
    """Holds the lock file; the system frees it when this process dies."""
    lock = FileLock(path)
    try:
        while not lock.acquire():
            if time.monotonic() >= deadline:
                raise ServerUnreachable(
                    "Another process has been starting a Jupyter server for too long.",
                    f"End it, or start one yourself with `jupyter llmchat serve`; "
                    f"the lock is {path}.",
                )
            time.sleep(_POLL_S)
        yield
    finally:
        lock.release()
