"""Who is processed next. Pure over its own state: the model is never touched here.

`schedule` says what to do, the loop does it, `apply` takes in what came of it. A step
that was not carried out is undone: the next one starts with the trims that bring the
cache back to what is known.
"""

from __future__ import annotations

from jupyter_llmchat.calls import Failed, Output
from jupyter_llmchat.errors import ContextOverflow
from jupyter_llmchat.language_model import FinishReason, Priority

from .cells import shared
from .memory import Memory
from .step import Key, Outcome, Reason, Run, Sample, Step
from .task import Task

WORTH_WAITING = 4
"""A task waits for a trunk that another is reading if it has so much more of it."""


class Scheduler:
    """Continuous batching: every step takes one token of each text that is being
    written, then prompt tokens up to a chunk, the most urgent request first.

    Requests that begin alike read their beginning once: the first reads, the others
    wait and fork. Idle work goes on only while there is no other.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._waiting: list[Task] = []
        self._running: dict[Key, Task] = {}

    @property
    def idle(self) -> bool:
        return not self._waiting and not self._running

    @property
    def is_writing(self) -> bool:
        """Whether somebody sees a text grow."""
        return any(
            task.reason() is Reason.DECODE and task.priority is Priority.VISIBLE
            for task in self._running.values()
        )

    def add(self, task: Task) -> list[Output]:
        """A new request; refused when it can never fit."""
        if task.longest > self._memory.cells:
            return [_overflow(task, self._memory.cells)]
        self._waiting.append(task)
        return []

    def end(self, request_id: int, reason: FinishReason) -> list[Output]:
        """Ends a request early; its cells are free at once. Unknown ids are ignored."""
        tasks = [each for each in self._tasks() if each.key.request_id == request_id]
        for task in tasks:
            self._drop(task)
        return tasks[0].end(reason) if tasks else []

    def expire(self, now: float) -> list[Output]:
        """Ends what is past its deadline."""
        late = {
            task.key.request_id
            for task in self._tasks()
            if task.order.deadline is not None and task.order.deadline <= now
        }
        return [each for one in sorted(late) for each in self.end(one, "deadline")]

    def schedule(self, chunk: int) -> Step | None:
        """The next step, with `chunk` prompt tokens at most; None if there is none."""
        self._admit()
        self._memory.shrink()
        runs = self._fitting(chunk)
        while not runs and len(self._running) > 1:
            self._preempt()
            runs = self._fitting(chunk)
        changes = self._memory.changes()
        if not (changes or runs):
            return None
        limits = (self._running[run.key].order.deadline for run in runs)
        known = [each for each in limits if each is not None]
        return Step(changes, runs, min(known, default=None))

    def apply(self, step: Step, outcome: Outcome) -> list[Output]:
        """Takes in a step that was carried out."""
        said: list[Output] = []
        for run in step.runs:
            task = self._running[run.key]
            self._advance(task, run, outcome)
            said += task.take(outcome)
            if task.done:
                self._drop(task)
                self._waiting += task.following()
        return said

    def undo(self, step: Step) -> None:
        """A step that was broken off: whatever it left in the cache is forgotten."""
        for run in step.runs:
            self._memory.trim(run.sequence, run.start)

    def retreat(self) -> bool:
        """For a cache that refuses a batch although the accounts had room for it:
        gives up what is kept, then a running task; False if nothing is left."""
        self._memory.tidy()
        if len(self._running) > 1:
            self._preempt()
            return True
        return False

    def tidy(self) -> Step | None:
        """What there is to do while nobody asks for anything."""
        self._memory.tidy()
        changes = self._memory.changes()
        return Step(changes, ()) if changes else None

    def check(self) -> None:
        """Raises RuntimeError when the accounts do not add up."""
        used = (task.sequence for task in self._running.values())
        self._memory.check({each for each in used if each is not None})

    def _tasks(self) -> list[Task]:
        return [*self._waiting, *self._running.values()]

    def _admit(self) -> None:
        self._waiting.sort(key=_urgency)
        for task in [*self._waiting]:
            if _is_idle(task) and self._is_busy():
                continue
            trunk = self._trunk(task)
            if trunk is not None:
                # Whoever reads for others is as urgent as they are.
                trunk.priority = min(trunk.priority, task.priority)
            elif self._find_place(task):
                self._begin(task)

    def _find_place(self, task: Task) -> bool:
        """A sequence and cells to begin with, at the cost of less urgent tasks."""
        while self._running:
            if self._memory.has_sequence and self._memory.has_room(task.tokens):
                return True
            least = max(self._running.values(), key=_urgency)
            if least.priority <= task.priority:
                return False
            self._put_back(least)
        return True

    def _trunk(self, task: Task) -> Task | None:
        """A task that is reading more of this one's beginning than is known yet."""
        known = self._memory.match(task.tokens)
        for other in self._running.values():
            coming = min(shared(other.tokens, task.tokens), task.cacheable)
            if coming > other.cached and coming - known >= WORTH_WAITING:
                return other
        return None

    def _begin(self, task: Task) -> None:
        self._waiting.remove(task)
        taken = self._memory.take(task.tokens, task.cacheable)
        task.sequence, task.cached = taken.sequence, taken.cached
        if task.found is None:
            task.found = min(taken.cached, len(task.order.prompt))
        self._running[task.key] = task

    def _fitting(self, chunk: int) -> tuple[Run, ...]:
        """A run for every task that there are cells for; others wait a step."""
        busy = self._is_busy()
        tasks = [
            each for each in self._running.values() if not (busy and _is_idle(each))
        ]
        tasks.sort(key=lambda each: (each.pending > 1, *_urgency(each)))
        runs: list[Run] = []
        cells = 0
        for task in tasks:
            guess = task.guess() if len(tasks) == 1 and task.pending == 1 else ()
            count = min(task.pending, task.most_rows or chunk, max(chunk, 1))
            if task.pending > 1 and chunk <= 0:
                continue
            if guess and not self._memory.make_room(cells + count + len(guess)):
                guess = ()
            if not self._memory.make_room(cells + count + len(guess)):
                continue
            chunk -= count if task.pending > 1 else 0
            cells += count + len(guess)
            runs.append(_run(task, count, guess))
        return tuple(runs)

    def _is_busy(self) -> bool:
        """Whether there is anything but idle work."""
        return any(not _is_idle(task) for task in self._tasks())

    def _advance(self, task: Task, run: Run, outcome: Outcome) -> None:
        """The run's tokens are in the cache now, but those of a draft that failed."""
        kept = len(run.tokens)
        if isinstance(run.want, Sample):
            drawn = outcome.sampled.get(run.key, (0,))
            kept += len(drawn) - 1 - run.want.drafted
        self._memory.processed(run.sequence, run.tokens[:kept])
        if kept < len(run.tokens):
            self._memory.trim(run.sequence, run.start + kept)
        task.cached += kept

    def _preempt(self) -> None:
        """Puts the least urgent task back. What is left alone fits: no request is
        longer than the context."""
        self._put_back(max(self._running.values(), key=_urgency))

    def _put_back(self, task: Task) -> None:
        """Into the waiting line; what it read is kept for as long as it can be."""
        self._drop(task)
        self._waiting.append(task)

    def _drop(self, task: Task) -> None:
        if task in self._waiting:
            self._waiting.remove(task)
        if self._running.pop(task.key, None) and task.sequence is not None:
            self._memory.keep(task.sequence)
            task.sequence, task.cached = None, 0


def _urgency(task: Task) -> tuple[int, Key]:
    """Lower goes first: by priority, then in the order of arrival."""
    return (int(task.priority), task.key)


def _is_idle(task: Task) -> bool:
    return task.priority is Priority.IDLE


def _run(task: Task, count: int, guess: tuple[int, ...]) -> Run:
    assert task.sequence is not None
    tokens = tuple(task.tokens[task.cached : task.cached + count]) + guess
    return Run(
        key=task.key,
        sequence=task.sequence,
        start=task.cached,
        tokens=tokens,
        want=Sample(len(guess)) if guess else task.want(count),
        reason=Reason.DRAFT if guess else task.reason(),
    )


def _overflow(task: Task, cells: int) -> Failed:
    return Failed(
        request_id=task.key.request_id,
        code=ContextOverflow.code,
        message=f"The prompt has {task.longest} tokens, the context {cells}.",
        hint="Shorten the question or its context, or raise n_ctx.",
    )
