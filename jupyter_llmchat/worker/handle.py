"""One worker process as its parent sees it: messages out, messages in, its end."""

from __future__ import annotations

import asyncio
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TypeVar

from jupyter_llmchat.config import EngineConfig

from .messages import FromWorker, Load, ToWorker, frame, read_from_worker

T = TypeVar("T")

COMMAND = (sys.executable, "-P", "-m", "jupyter_llmchat.worker")
"""How a worker is started; -P keeps the working folder's modules out of it."""

PASSED_ON = (
    "PATH",
    "PYTHONPATH",
    "LD_LIBRARY_PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "LC_ALL",
    "SYSTEMROOT",
    "LLAMA_CPP_LIB_PATH",
)
"""Environment the worker gets, beside OMP_*, GGML_* and CUDA_*: no tokens, no keys."""


@dataclass(frozen=True)
class Exit:
    """How a worker ended."""

    code: int
    last_words: str
    """The last line on its stderr; empty without one."""

    def __str__(self) -> str:
        if self.code >= 0:
            how = f"exit code {self.code}"
        else:
            how = signal.Signals(-self.code).name
        return f"{how}: {self.last_words}" if self.last_words else how


class WorkerProcess:
    """Spawned at construction. The callbacks run on the event loop, `on_exit` once and
    after the last message. All methods belong to the event loop; none blocks."""

    def __init__(
        self,
        engine: EngineConfig,
        heartbeat_s: float,
        command: Sequence[str],
        on_message: Callable[[FromWorker], None],
        on_exit: Callable[[Exit], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_message = on_message
        self._on_exit = on_exit
        self._outgoing: queue.SimpleQueue[ToWorker | None] = queue.SimpleQueue()
        self._stderr: deque[str] = deque(maxlen=20)
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
        )
        self._threads = [
            threading.Thread(target=target, daemon=True)
            for target in (self._write, self._read, self._listen)
        ]
        for thread in self._threads:
            thread.start()
        self.send(Load(engine=engine, heartbeat_s=heartbeat_s))

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, message: ToWorker) -> None:
        """Queues a message; it is lost when the process has gone."""
        self._outgoing.put(message)

    def kill(self) -> None:
        """Ends the process at once, whatever it is doing."""
        with suppress(ProcessLookupError):
            self._process.kill()

    def close(self) -> None:
        """Asks it to end: its input closes."""
        self._outgoing.put(None)

    def _write(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        with suppress(OSError), pipe:
            while (message := self._outgoing.get()) is not None:
                pipe.write(frame(message))
                pipe.flush()

    def _read(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        with pipe:
            try:
                while (messages := read_from_worker(pipe)) is not None:
                    self._post(self._deliver, messages)
            except ValueError:
                # Not a message: whatever wrote it, nothing it says can be relied on.
                self._process.kill()
        self._outgoing.put(None)
        code = self._process.wait()
        self._threads[2].join(timeout=1)
        last_words = self._stderr[-1] if self._stderr else ""
        self._post(self._on_exit, Exit(code, last_words))

    def _deliver(self, messages: list[FromWorker]) -> None:
        for message in messages:
            self._on_message(message)

    def _listen(self) -> None:
        pipe: IO[bytes] | None = self._process.stderr
        assert pipe is not None
        with pipe:
            for line in pipe:
                text = line.decode("utf-8", errors="replace").strip()
                if text:
                    self._stderr.append(text)

    def _post(self, callback: Callable[[T], None], argument: T) -> None:
        # The loop may have closed before the process: then nobody is left to tell.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback, argument)


def _environment() -> dict[str, str]:
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    prefixed = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("OMP_", "GOMP_", "GGML_", "CUDA_"))
    }
    # Without it ggml starts a debugger for a stack trace when it aborts.
    return {"GGML_NO_BACKTRACE": "1", **passed, **prefixed}
