"""Keeps one worker process alive: starts it, watches it, restarts it, gives up."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import assert_never

from jupyter_llmchat.calls import Counted, Failed, Finished, Output, Scored, Text
from jupyter_llmchat.config import EngineConfig, WorkerConfig
from jupyter_llmchat.errors import LLMChatError, ModelUnavailable, WorkerLost
from jupyter_llmchat.protocol.resources import ModelState, ModelStatus

from .handle import Exit, WorkerProcess
from .messages import FromWorker, Heartbeat, LoadFailed, Ready

RUN_DOCTOR = "Run `jupyter llmchat doctor`."
START_AGAIN = "Start it again."
ASK_AGAIN = "Ask again; the model is being started anew."


class Supervisor:
    """One worker at a time.

    `deliver` gets what the worker says about calls; `interrupt` is called when all
    calls in flight are lost. Both run on the event loop, as everything here does.
    """

    def __init__(
        self,
        name: str,
        engine: EngineConfig,
        config: WorkerConfig,
        log: logging.Logger,
        command: Sequence[str],
        deliver: Callable[[Output], None],
        interrupt: Callable[[LLMChatError], None],
    ) -> None:
        self._name = name
        self._engine = engine
        self._config = config
        self._log = log
        self._command = command
        self._deliver = deliver
        self._interrupt = interrupt
        self._worker: WorkerProcess | None = None
        self._watch: asyncio.Task[None] | None = None
        self._deaths: deque[float] = deque()
        self._settled = asyncio.Event()
        """Set unless the model is being loaded: there is nothing to wait for."""
        self._gone = asyncio.Event()
        """Set while there is no process."""
        self._gone.set()
        self._started = 0.0
        self._heard: float | None = None
        """When the process was last heard of; None until its first message."""
        self._info: Ready | None = None
        self._beat = Heartbeat()
        self._restarts = 0
        self._settle("stopped", "The model is not started.", START_AGAIN)

    def start(self) -> None:
        """Begins to load the model; returns at once. Also ends the state `failed`."""
        if self._state in ("stopped", "failed") and self._gone.is_set():
            self._deaths.clear()
            self._spawn("starting")

    async def stop(self) -> None:
        """Ends the process; it is gone on return."""
        worker, self._worker = self._worker, None
        if self._watch is not None:
            self._watch.cancel()
        self._settle("stopped", "The model was stopped.", START_AGAIN)
        self._interrupt(WorkerLost("The model was stopped.", START_AGAIN))
        if worker is None:
            return
        worker.close()
        try:
            await asyncio.wait_for(self._gone.wait(), 2)
        except TimeoutError:
            worker.kill()
            await asyncio.wait_for(self._gone.wait(), 5)

    async def ready(self) -> WorkerProcess:
        """The process, once its model is loaded. Raises ModelUnavailable."""
        await self._settled.wait()
        if self._state != "ready" or self._worker is None:
            raise ModelUnavailable(self._detail, self._hint)
        return self._worker

    @property
    def status(self) -> ModelStatus:
        info = self._info
        return ModelStatus(
            state=self._state,
            name=self._name,
            detail=f"{self._detail} {self._hint}".strip(),
            pid=self._worker.pid if self._worker else None,
            load_ms=info.load_ms if info else None,
            n_threads=self._beat.n_threads,
            cells_used=self._beat.cells_used,
            cache_mb=self._beat.cache_mb,
            restarts=self._restarts,
            in_force=info.in_force if info else {},
        )

    def _spawn(self, state: ModelState) -> None:
        self._state, self._detail, self._hint = state, "The model is being loaded.", ""
        self._settled.clear()
        self._gone.clear()
        self._started, self._heard = time.monotonic(), None
        self._worker = WorkerProcess(
            self._engine,
            self._config.heartbeat_s,
            self._command,
            self._on_message,
            self._on_exit,
        )
        self._watch = asyncio.create_task(self._watchdog(self._worker))

    def _settle(self, state: ModelState, detail: str, hint: str = "") -> None:
        self._state, self._detail, self._hint = state, detail, hint
        self._settled.set()

    def _on_message(self, message: FromWorker) -> None:
        self._heard = time.monotonic()
        match message:
            case Heartbeat():
                self._beat = message
                self._check_step(message.step_s)
            case Ready():
                self._info = message
                self._settle("ready", "Ready.")
            case LoadFailed():
                self._log.error("%s %s", message.message, message.hint)
                self._settle("failed", message.message, message.hint)
            case Text() | Finished() | Scored() | Counted() | Failed():
                self._deliver(message)
            case _:
                assert_never(message)

    def _check_step(self, step_s: float) -> None:
        if step_s > self._config.stalled_s and self._worker is not None:
            self._log.error("one step has taken %.0f s: killing the model", step_s)
            self._worker.kill()

    async def _watchdog(self, worker: WorkerProcess) -> None:
        """Kills a process that is silent, or does not get through loading."""
        pause = self._config.heartbeat_s / 2
        while worker is self._worker:
            asleep = time.monotonic()
            await asyncio.sleep(pause)
            now = time.monotonic()
            if self._heard and now - asleep > pause + self._config.silent_s / 2:
                # This process itself stood still (suspended): it could not hear.
                self._heard = now
            if self._is_lost(now):
                self._log.error("the model process does not answer: killing it")
                worker.kill()
                return

    def _is_lost(self, now: float) -> bool:
        if not self._settled.is_set() and now - self._started > self._config.start_s:
            return True
        return self._heard is not None and now - self._heard > self._config.silent_s

    def _on_exit(self, exit: Exit) -> None:
        self._gone.set()
        if self._watch is not None:
            self._watch.cancel()
        expected = self._worker is None or self._state == "failed"
        self._worker, self._info, self._beat = None, None, Heartbeat()
        if expected:
            return
        self._log.error("the model process ended (%s)", exit)
        cause = f"The model process ended unexpectedly ({exit})."
        self._interrupt(WorkerLost(cause, ASK_AGAIN))
        if self._keeps_dying():
            often = f"It has died {len(self._deaths)} times, so it is left alone."
            self._settle("failed", f"{cause} {often}", RUN_DOCTOR)
        else:
            self._restarts += 1
            self._spawn("restarting")

    def _keeps_dying(self) -> bool:
        now = time.monotonic()
        self._deaths.append(now)
        while now - self._deaths[0] > self._config.restart_window_s:
            self._deaths.popleft()
        return len(self._deaths) > self._config.max_restarts
