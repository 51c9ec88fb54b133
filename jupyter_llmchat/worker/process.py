"""The worker process: loads one model and serves calls until its input closes.

The main thread runs the engine, one thread reads calls, one sends heartbeats. When
the server goes away, however that happens, the input closes and the process exits.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from jupyter_llmchat.calls import Count
from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.errors import LLMChatError

from .messages import (
    FromWorker,
    Heartbeat,
    Load,
    LoadFailed,
    Ready,
    frame,
    read_to_worker,
)

if TYPE_CHECKING:
    from jupyter_llmchat.engine.disk import PrefixFolder
    from jupyter_llmchat.engine.drafting import DecodeCost
    from jupyter_llmchat.engine.llama import LlamaModel
    from jupyter_llmchat.engine.loop import EngineLoop
    from jupyter_llmchat.engine.threads import ThreadGovernor


class Outlet:
    """The way out, shared by the threads of the worker."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()

    def send(self, message: FromWorker) -> None:
        """Sends one message."""
        self.send_all([message])

    def send_all(self, messages: Sequence[FromWorker]) -> None:
        """Sends messages; ends the process when nobody listens any more."""
        try:
            with self._lock:
                self._pipe.write(frame(messages))
                self._pipe.flush()
        except OSError:
            os._exit(0)


def main() -> None:
    """Entry point of the process."""
    # Ctrl-C goes to all processes of a terminal; when to end is the server's to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    calls, outlet = _claim_pipes()
    load = read_to_worker(calls)
    if not isinstance(load, Load):
        sys.exit("the first message must be Load")
    try:
        serve(load, calls, outlet)
    except LLMChatError as error:
        outlet.send(LoadFailed(message=error.message, hint=error.hint))
        sys.exit(3)


def serve(load: Load, calls: IO[bytes], outlet: Outlet) -> None:
    """Loads the model, says Ready and runs the engine."""
    pulse = Pulse(outlet, load.heartbeat_s)
    pulse.start()
    started = time.monotonic()
    from jupyter_llmchat.engine.llama import LlamaLog, LlamaModel
    from jupyter_llmchat.engine.loop import EngineLoop
    from jupyter_llmchat.engine.model import Row

    model = LlamaModel(load.engine, LlamaLog())
    model.decode([Row(0, 0, 0, True)])
    model.clear()
    governor, decode_ms = _measured(load.engine, model)
    loop = EngineLoop(
        model,
        chunk=load.engine.prefill_chunk,
        cache_bytes=load.engine.cache_mb << 20,
        emit=outlet.send_all,
        governor=governor,
        decode_ms=decode_ms,
        folder=_prefixes(load.engine),
    )
    loop.warm()
    pulse.watch(model, loop)
    reader = (calls, loop, model, outlet)
    threading.Thread(target=_read_calls, args=reader, daemon=True).start()
    load_ms = (time.monotonic() - started) * 1e3
    outlet.send(Ready(load_ms=load_ms, in_force=model.in_force()))
    loop.run()


def _prefixes(engine: EngineConfig) -> PrefixFolder | None:
    """Where lasting prefixes are kept, if they are to be."""
    if not (engine.engine_dir and engine.keep_prefixes):
        return None
    from jupyter_llmchat.engine.disk import PrefixFolder
    from jupyter_llmchat.engine.llama import KNOWN_VERSION

    status = Path(engine.model_path).stat()
    file = (engine.model_path, status.st_size, status.st_mtime_ns)
    flags = (engine.flash_attention, engine.kv_type, engine.n_gpu_layers)
    return PrefixFolder(Path(engine.engine_dir), (KNOWN_VERSION, file, flags))


def _measured(
    engine: EngineConfig, model: LlamaModel
) -> tuple[ThreadGovernor | None, DecodeCost | None]:
    """What follows from the model's speed on this machine; nothing without a folder
    to keep it in, since measuring takes seconds."""
    if not (engine.engine_dir and engine.calibrate):
        return None, None
    from jupyter_llmchat.engine.calibration import measure
    from jupyter_llmchat.engine.cpu_load import CpuLoad
    from jupyter_llmchat.engine.llama import physical_cores
    from jupyter_llmchat.engine.speed_file import kept_or_measured
    from jupyter_llmchat.engine.threads import ThreadGovernor, candidates

    counts = (engine.n_threads,) if engine.n_threads else candidates(physical_cores())
    flags = (engine.flash_attention, engine.kv_type, engine.n_gpu_layers)
    speed = kept_or_measured(
        Path(engine.engine_dir),
        Path(engine.model_path),
        repr((flags, counts)),
        lambda: measure(model, counts),
    )
    governor = ThreadGovernor(speed, free=CpuLoad().free)
    return governor, lambda rows: speed.decode_ms(governor.threads(rows), rows)


class Pulse(threading.Thread):
    """Tells the server every `interval` seconds that the process lives, and how."""

    def __init__(self, outlet: Outlet, interval: float) -> None:
        super().__init__(daemon=True)
        self._watched: tuple[LlamaModel, EngineLoop] | None = None
        self._outlet = outlet
        self._interval = interval

    def watch(self, model: LlamaModel, loop: EngineLoop) -> None:
        """From now on there is something to tell."""
        self._watched = (model, loop)

    def run(self) -> None:
        while True:
            self._outlet.send(self._beat())
            time.sleep(self._interval)

    def _beat(self) -> Heartbeat:
        if self._watched is None:
            return Heartbeat()
        model, loop = self._watched
        since = loop.step_started
        return Heartbeat(
            step_s=0.0 if since is None else time.monotonic() - since,
            n_threads=model.n_threads,
            cells_used=loop.cells_used,
            cache_mb=loop.host_bytes / (1 << 20),
        )


def _read_calls(
    calls: IO[bytes], loop: EngineLoop, model: LlamaModel, outlet: Outlet
) -> None:
    from jupyter_llmchat.engine.orders import counted

    while (call := read_to_worker(calls)) is not None:
        if isinstance(call, Count):
            # The vocabulary may be read while the model computes: whoever fits a
            # prompt does not wait until another one has been processed.
            outlet.send(counted(call, model))
        elif not isinstance(call, Load):
            loop.submit(call)
    os._exit(0)


def _claim_pipes() -> tuple[IO[bytes], Outlet]:
    """Keeps stdin and stdout for messages: what libraries print goes to stderr."""
    calls = os.fdopen(os.dup(0), "rb")
    outlet = Outlet(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    return calls, outlet
