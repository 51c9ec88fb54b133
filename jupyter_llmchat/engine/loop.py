"""schedule → run → apply, until told to stop. The only place that runs the model."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence

from jupyter_llmchat.calls import (
    Cancel,
    Failed,
    Generate,
    Last,
    Output,
    Prepare,
    Score,
)
from jupyter_llmchat.errors import GenerationFailed, LLMChatError
from jupyter_llmchat.language_model import Priority

from .disk import PrefixFolder
from .drafting import DecodeCost
from .executor import Executor
from .host import HostCache
from .memory import Memory
from .model import Aborted, Model, NoRoom
from .orders import OrderBook
from .pace import Pace
from .scheduler import Scheduler
from .step import Reason, Step
from .threads import ThreadGovernor

Call = Generate | Score | Prepare | Cancel
REST_S = 0.05
"""Idle for so long, the cache is put in order."""
QUICK_ROWS = 16
"""A step of so few tokens is over before an alarm for it would be worth setting."""
CACHE_FULL = GenerationFailed("The KV cache is full.", "Ask again, or raise n_ctx.")


class EngineLoop:
    """One model at work. `submit` and `stop` may be called from any thread, the rest
    belongs to the thread in `run`; there `emit` gets what a step has brought."""

    def __init__(
        self,
        model: Model,
        *,
        chunk: int,
        cache_bytes: int,
        emit: Callable[[Sequence[Output]], None],
        governor: ThreadGovernor | None = None,
        decode_ms: DecodeCost | None = None,
        folder: PrefixFolder | None = None,
    ) -> None:
        self._model = model
        self._emit = emit
        self._folder = folder
        self._lasting: list[list[int]] = []
        """Prompts to be kept on disk that are not there yet."""
        self._governor = governor
        self._orders = OrderBook(model, decode_ms)
        self._host = HostCache(cache_bytes)
        self._memory = Memory(model.n_sequences, model.n_ctx, self._host)
        self._scheduler = Scheduler(self._memory)
        self._pace = Pace(chunk)
        self._executor = Executor(model, self._host)
        self._calls: queue.SimpleQueue[Call | None] = queue.SimpleQueue()
        self._stopped = False
        self._lock = threading.Lock()
        self._computing: Step | None = None
        """What the model is computing; guarded by the lock."""
        self._cancelled: set[int] = set()
        """Cancels not yet taken from the queue; guarded by the lock."""
        self._threads = 0
        """Of the compute at hand, where a governor says how many."""
        self._alarm: threading.Timer | None = None
        self._gave_up = False
        """Whether the alarm went off because more threads are slower than fewer."""
        self.step_started: float | None = None
        """time.monotonic() since when a compute runs; None between two."""

    @property
    def cells_used(self) -> int:
        return self._memory.used

    @property
    def host_bytes(self) -> int:
        return self._host.used

    def submit(self, call: Call) -> None:
        """Hands in a call. What is being computed is broken off for a cancel that
        concerns it, and for any call if nobody waits for it yet."""
        with self._lock:
            step = self._computing
            if isinstance(call, Cancel):
                self._cancelled.add(call.request_id)
                in_the_way = step and call.request_id in step.request_ids
            else:
                idle = step and all(run.reason is Reason.PREPARE for run in step.runs)
                in_the_way = idle and call.priority is not Priority.IDLE
            if in_the_way:
                self._model.abort()
        self._calls.put(call)

    def stop(self) -> None:
        """Ends `run` after the step at hand. From any thread."""
        self._model.abort()
        self._calls.put(None)

    def run(self) -> None:
        """Serves calls until `stop`."""
        while not self._stopped:
            if not self.step() and not self._stopped:
                self._rest()

    def step(self) -> bool:
        """Takes the calls that have come and does one step; False if there is none."""
        while not self._calls.empty() and not self._stopped:
            self._accept(self._calls.get())
        if self._stopped:
            return False
        self._say(self._scheduler.expire(time.monotonic()))
        chunk = self._pace.chunk(self._scheduler.is_writing)
        step = self._scheduler.schedule(chunk)
        if step is None:
            return False
        self._carry_out(step)
        return True

    def tidy(self) -> None:
        """Puts the cache in order; for when there is nothing to do."""
        if (step := self._scheduler.tidy()) is not None:
            self._executor.change(step)
        self._scheduler.check()
        while self._folder is not None and self._lasting:
            prompt = self._lasting.pop()
            found = self._host.match(prompt)
            if found.saved is not None and found.length >= len(prompt) - 1:
                self._folder.store(found.saved)

    def warm(self) -> None:
        """Takes back what was kept on disk; before the first call."""
        folder = self._folder
        if folder is None:
            return
        for saved in folder.load():
            try:
                self._model.restore(0, saved.data)
            except RuntimeError:
                # From another build after all: it must not be met again.
                folder.drop(saved)
            else:
                self._host.put(saved.tokens, saved.data)
            self._model.clear()

    def _rest(self) -> None:
        """Waits for a call; after a while uses the time to put things in order."""
        try:
            self._accept(self._calls.get(timeout=REST_S))
        except queue.Empty:
            self.tidy()
            self._accept(self._calls.get())

    def _accept(self, call: Call | None) -> None:
        if call is None:
            self._stopped = True
            return
        if isinstance(call, Cancel):
            with self._lock:
                self._cancelled.discard(call.request_id)
            self._say(self._scheduler.end(call.request_id, "cancelled"))
            return
        try:
            task = self._orders.task(call)
            if isinstance(call, Generate):
                self._executor.begin(call.request_id, call.params)
            if isinstance(call, Prepare) and call.lasting:
                self._lasting.append(list(task.order.prompt))
                self._host.protect(list(task.order.prompt))
            self._say(self._scheduler.add(task))
        except LLMChatError as error:
            self._say([_failed(call.request_id, error)])

    def _carry_out(self, step: Step) -> None:
        self._executor.change(step)
        if not step.runs:
            return
        self._begin(step)
        try:
            outcome = self._executor.compute(step)
        except Aborted:
            self._scheduler.undo(step)
            if self._governor is not None and self._gave_up:
                self._governor.gave_up(self._threads)
        except NoRoom:
            self._scheduler.undo(step)
            if not self._scheduler.retreat():
                self._fail(step, CACHE_FULL)
        except GenerationFailed as error:
            self._scheduler.undo(step)
            self._fail(step, error)
        else:
            self._observe(step)
            self._say(self._scheduler.apply(step, outcome))
            for request_id, cause in outcome.failed.items():
                self._refuse(request_id, cause)
        finally:
            self._computing_nothing()

    def _begin(self, step: Step) -> None:
        with self._lock:
            self._model.arm()
            if self._cancelled & step.request_ids:
                self._model.abort()
            self._computing = step
        if self._governor is not None:
            self._threads = self._governor.threads(step.rows)
            self._model.set_threads(self._threads, self._threads)
        self.step_started = time.monotonic()
        if step.rows > QUICK_ROWS:
            self._set_alarm(step, self.step_started)

    def _set_alarm(self, step: Step, now: float) -> None:
        """For the time at which a long compute is better broken off."""
        patience = None
        if self._governor is not None:
            patience = self._governor.give_up_ms(
                self._threads, step.rows, self._memory.used
            )
        left = [] if step.deadline is None else [max(step.deadline - now, 0.0)]
        self._gave_up = False
        if patience is not None:
            left.append(patience / 1e3)
            self._gave_up = left[-1] == min(left)
        if left:
            self._alarm = threading.Timer(min(left), self._break_off, (step,))
            self._alarm.start()

    def _computing_nothing(self) -> None:
        self.step_started = None
        with self._lock:
            self._computing = None
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _break_off(self, step: Step) -> None:
        """The step's time is over."""
        with self._lock:
            if self._computing is step:
                self._model.abort()

    def _observe(self, step: Step) -> None:
        assert self.step_started is not None
        ms = (time.monotonic() - self.step_started) * 1e3
        self._pace.observe(step.rows, ms)
        if self._governor is not None:
            self._governor.observe(self._threads, step.rows, self._memory.used, ms)

    def _fail(self, step: Step, error: LLMChatError) -> None:
        for request_id in step.request_ids:
            self._refuse(request_id, error)

    def _refuse(self, request_id: int, error: LLMChatError) -> None:
        """Ends one request with an error instead of what it would have said."""
        self._scheduler.end(request_id, "cancelled")
        self._say([_failed(request_id, error)])

    def _say(self, outputs: list[Output]) -> None:
        if outputs:
            self._emit(outputs)
        for output in outputs:
            if isinstance(output, Last):
                self._executor.end(output.request_id)


def _failed(request_id: int, error: LLMChatError) -> Failed:
    return Failed(
        request_id=request_id,
        code=error.code,
        message=error.message,
        hint=error.hint,
    )
