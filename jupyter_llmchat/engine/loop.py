"""schedule → run → apply, until told to stop. The only place that runs the model."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

from jupyter_llmchat.calls import Cancel, Failed, Generate, Last, Output, Score
from jupyter_llmchat.errors import GenerationFailed, LLMChatError

from .chat_template import ChatTemplate
from .model import Aborted, Model, NoRoom, Row, Sampler
from .prompt import encode
from .scheduler import Scheduler
from .sequence import Generation, Scoring, Sequence
from .slots import Slots
from .step import Copy, Outcome, Run, Sample, Step, Targets, Trim

Call = Generate | Score | Cancel
RAISE_N_CTX = "Ask again, or raise n_ctx."


class EngineLoop:
    """One model at work. `submit` may be called from any thread, the rest belongs to
    the thread in `run`; `emit` is called there with everything that is said."""

    def __init__(
        self, model: Model, chunk: int, emit: Callable[[Output], None]
    ) -> None:
        self._model = model
        self._emit = emit
        self._template = ChatTemplate(
            model.chat_template(), model.token_text("bos"), model.token_text("eos")
        )
        self._scheduler = Scheduler(Slots(model.n_sequences, model.n_ctx), chunk)
        self._samplers: dict[int, Sampler] = {}
        self._calls: queue.SimpleQueue[Call | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._computing: frozenset[int] = frozenset()
        """Requests of the compute that is running; guarded by the lock."""
        self._cancelled: set[int] = set()
        """Cancels not yet taken from the queue; guarded by the lock."""
        self.step_started: float | None = None
        """time.monotonic() since when a compute runs; None between two."""

    def submit(self, call: Call) -> None:
        """Hands in a call. A cancel also stops the compute it concerns."""
        if isinstance(call, Cancel):
            with self._lock:
                self._cancelled.add(call.request_id)
                if call.request_id in self._computing:
                    self._model.abort()
        self._calls.put(call)

    def stop(self) -> None:
        """Ends `run` after the step at hand. From any thread."""
        self._model.abort()
        self._calls.put(None)

    def run(self) -> None:
        """Serves calls until `stop`."""
        while self._take_calls():
            self._say(self._scheduler.expire(time.monotonic()))
            step = self._scheduler.schedule()
            if step is not None:
                self._carry_out(step)
            if self._scheduler.idle:
                self._scheduler.check()

    def _take_calls(self) -> bool:
        """All calls that have come; waits for one if there is nothing else to do."""
        while self._scheduler.idle or not self._calls.empty():
            call = self._calls.get()
            if call is None:
                return False
            self._accept(call)
        return True

    def _accept(self, call: Call) -> None:
        if isinstance(call, Cancel):
            with self._lock:
                self._cancelled.discard(call.request_id)
            self._say(self._scheduler.end(call.request_id, "cancelled"))
            return
        try:
            self._say(self._scheduler.add(self._sequence(call)))
        except LLMChatError as error:
            self._say([_failed(call.request_id, error)])

    def _sequence(self, call: Generate | Score) -> Sequence:
        prompt = encode(call.prompt, self._model, self._template)
        deadline = None
        if call.seconds_left is not None:
            deadline = time.monotonic() + call.seconds_left
        if isinstance(call, Score):
            return Scoring(
                call.request_id,
                prompt,
                call.priority,
                deadline,
                continuations=tuple(map(self._continuation, call.continuations)),
            )
        self._samplers[call.request_id] = self._model.sampler(call.params)
        return Generation(
            call.request_id,
            prompt,
            call.priority,
            deadline,
            max_tokens=call.params.max_tokens,
            context=self._model.n_ctx,
            stop=call.params.stop,
            piece=self._model.piece,
            is_end=self._model.is_end,
        )

    def _continuation(self, text: str) -> tuple[int, ...]:
        ids = tuple(self._model.tokenize(text, special=False))
        if not ids:
            raise GenerationFailed("An empty text has no probability.", "Give a text.")
        return ids

    def _carry_out(self, step: Step) -> None:
        with self._lock:
            self._model.arm()
            if self._cancelled & step.request_ids:
                self._model.abort()
            self._computing = step.request_ids
        self.step_started = time.monotonic()
        try:
            outcome = self._compute(step)
        except Aborted:
            self._scheduler.undo(step)
        except NoRoom:
            self._scheduler.undo(step)
            if not self._scheduler.retreat():
                self._fail(step, GenerationFailed("The KV cache is full.", RAISE_N_CTX))
        except GenerationFailed as error:
            self._scheduler.undo(step)
            self._fail(step, error)
        else:
            self._say(self._scheduler.apply(step, outcome))
        finally:
            self.step_started = None
            with self._lock:
                self._computing = frozenset()

    def _compute(self, step: Step) -> Outcome:
        """The model's part of a step."""
        for change in step.changes:
            match change:
                case Trim():
                    self._model.trim(change.slot, change.start)
                case Copy():
                    self._model.copy(change.source, change.target, change.length)
        rows = [
            Row(token, run.start + index, run.slot, _is_output(run, index))
            for run in step.runs
            for index, token in enumerate(run.tokens)
        ]
        self._model.decode(rows)
        return self._read(step)

    def _read(self, step: Step) -> Outcome:
        sampled: dict[int, int] = {}
        logprobs: dict[int, tuple[float, ...]] = {}
        first = 0
        for run in step.runs:
            match run.want:
                case Sample():
                    sampler = self._samplers[run.request_id]
                    sampled[run.request_id] = sampler.sample(
                        first + len(run.tokens) - 1
                    )
                case Targets():
                    logprobs[run.request_id] = self._logprobs(run.want, first)
            first += len(run.tokens)
        return Outcome(sampled, logprobs)

    def _logprobs(self, want: Targets, first: int) -> tuple[float, ...]:
        by_row: dict[int, list[int]] = {}
        for row, token in want.pairs:
            by_row.setdefault(row, []).append(token)
        values: list[float] = []
        for row, tokens in by_row.items():
            values += self._model.logprobs(first + row, tokens)
        return tuple(values)

    def _fail(self, step: Step, error: LLMChatError) -> None:
        for request_id in step.request_ids:
            self._scheduler.end(request_id, "cancelled")
            self._say([_failed(request_id, error)])

    def _say(self, outputs: list[Output]) -> None:
        for output in outputs:
            self._emit(output)
            if isinstance(output, Last):
                sampler = self._samplers.pop(output.request_id, None)
                if sampler is not None:
                    sampler.close()


def _is_output(run: Run, index: int) -> bool:
    match run.want:
        case Sample():
            return index == len(run.tokens) - 1
        case Targets():
            return any(row == index for row, _ in run.want.pairs)
    return False


def _failed(request_id: int, error: LLMChatError) -> Failed:
    return Failed(
        request_id=request_id,
        code=error.code,
        message=error.message,
        hint=error.hint,
    )
