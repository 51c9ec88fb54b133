"""Who is processed next. Pure over its own state: the model is never touched here.

`schedule` says what to do, the loop does it, `apply` takes in what came of it. A step
that was not carried out is simply not applied; the next one starts with the trims
that bring the slots back to what is known.
"""

from __future__ import annotations

from jupyter_llmchat.calls import Failed, Output
from jupyter_llmchat.errors import ContextOverflow
from jupyter_llmchat.language_model import FinishReason

from .sequence import Sequence
from .slots import Slots
from .step import Copy, Outcome, Run, Step, Trim


class Scheduler:
    """Continuous batching over a fixed number of slots.

    Every step takes one token of each text that is being written, then prompt tokens
    up to `chunk`, the most urgent request first.
    """

    def __init__(self, slots: Slots, chunk: int) -> None:
        self._slots = slots
        self._chunk = chunk
        self._waiting: list[Sequence] = []
        self._running: dict[int, Sequence] = {}
        self._changes: list[Trim | Copy] = []
        """Decided, not yet part of a step."""

    @property
    def idle(self) -> bool:
        return not self._waiting and not self._running

    @property
    def active(self) -> int:
        """Requests running or waiting."""
        return len(self._waiting) + len(self._running)

    def add(self, sequence: Sequence) -> list[Output]:
        """A new request; refused when it can never fit."""
        if sequence.longest > self._slots.cells:
            return [_overflow(sequence, self._slots.cells)]
        self._waiting.append(sequence)
        return []

    def end(self, request_id: int, reason: FinishReason) -> list[Output]:
        """Ends a request early; its cells are free at once. Unknown ids are ignored."""
        for sequence in [*self._waiting, *self._running.values()]:
            if sequence.request_id == request_id:
                said = sequence.end(reason)
                self._drop(sequence)
                return said
        return []

    def expire(self, now: float) -> list[Output]:
        """Ends what is past its deadline."""
        late = [
            sequence.request_id
            for sequence in [*self._waiting, *self._running.values()]
            if sequence.deadline is not None and sequence.deadline <= now
        ]
        return [each for one in late for each in self.end(one, "deadline")]

    def schedule(self) -> Step | None:
        """The next step; None when there is nothing to do."""
        self._admit()
        runs = self._runs()
        if not runs:
            return None
        step = Step(tuple(self._changes), runs)
        self._changes = []
        return step

    def apply(self, step: Step, outcome: Outcome) -> list[Output]:
        """Takes in a step that was carried out."""
        said: list[Output] = []
        for run in step.runs:
            sequence = self._running.get(run.request_id)
            if sequence is None or sequence.slot is None:
                continue
            sequence.slot.tokens.extend(run.tokens)
            sequence.cached += len(run.tokens)
            said += sequence.take(outcome)
            self._shorten(sequence)
            if sequence.done:
                self._drop(sequence)
        return said

    def undo(self, step: Step) -> None:
        """A step that was broken off: whatever it left in the slots is forgotten."""
        for run in step.runs:
            self._changes.append(Trim(run.slot, run.start))

    def retreat(self) -> bool:
        """Gives up kept cells, then a running request's; False if none is left.

        For a cache that refuses a batch although the accounts had room for it.
        """
        trims = self._slots.make_room(self._slots.cells)
        self._changes += trims
        if not trims and len(self._running) > 1:
            self._preempt()
            return True
        return bool(trims)

    def check(self) -> None:
        """Raises RuntimeError when the accounts do not add up."""
        self._slots.check(self._running)

    def _admit(self) -> None:
        self._waiting.sort(key=_urgency)
        while self._waiting and self._slots.has_free:
            sequence = self._waiting.pop(0)
            taken = self._slots.take(sequence.request_id, sequence.tokens)
            sequence.slot, sequence.cached = taken.slot, taken.cached
            if sequence.found is None:
                sequence.found = taken.cached
            self._changes += taken.changes
            self._running[sequence.request_id] = sequence

    def _runs(self) -> tuple[Run, ...]:
        runs = self._fitting()
        while not runs and len(self._running) > 1:
            self._preempt()
            runs = self._fitting()
        return runs

    def _fitting(self) -> tuple[Run, ...]:
        """A run for every request that there are cells for; others wait a step."""
        ordered = sorted(
            self._running.values(),
            key=lambda each: (each.pending > 1, *_urgency(each)),
        )
        runs: list[Run] = []
        chunk, cells = self._chunk, 0
        for sequence in ordered:
            count = 1 if sequence.pending == 1 else min(sequence.pending, chunk)
            if count == 0 or not self._make_room(cells + count):
                continue
            chunk -= count if sequence.pending > 1 else 0
            cells += count
            runs.append(_run(sequence, count))
        return tuple(runs)

    def _make_room(self, wanted: int) -> bool:
        self._changes += self._slots.make_room(wanted)
        return self._slots.in_use + wanted <= self._slots.cells

    def _preempt(self) -> None:
        """Puts the least urgent request back; its tokens are processed again later.

        What is left alone fits: no request is longer than the context.
        """
        victim = max(self._running.values(), key=_urgency)
        self._release(victim)
        self._waiting.append(victim)

    def _shorten(self, sequence: Sequence) -> None:
        """A score goes back to its prompt between two continuations."""
        slot = sequence.slot
        if slot is not None and len(slot.tokens) > sequence.cached:
            del slot.tokens[sequence.cached :]
            self._changes.append(Trim(slot.index, sequence.cached))

    def _drop(self, sequence: Sequence) -> None:
        if sequence in self._waiting:
            self._waiting.remove(sequence)
        self._release(sequence)

    def _release(self, sequence: Sequence) -> None:
        if self._running.pop(sequence.request_id, None) and sequence.slot is not None:
            self._slots.give_back(sequence.slot)
            sequence.slot, sequence.cached = None, 0


def _urgency(sequence: Sequence) -> tuple[int, int]:
    """Lower goes first: by priority, then in the order of arrival."""
    return (int(sequence.priority), sequence.request_id)


def _run(sequence: Sequence, count: int) -> Run:
    slot = sequence.slot
    assert slot is not None
    start = sequence.cached
    return Run(
        request_id=sequence.request_id,
        slot=slot.index,
        start=start,
        tokens=tuple(sequence.tokens[start : start + count]),
        want=sequence.want(count),
        reason=sequence.reason(),
    )


def _overflow(sequence: Sequence, cells: int) -> Failed:
    return Failed(
        request_id=sequence.request_id,
        code=ContextOverflow.code,
        message=f"The prompt has {sequence.longest} tokens, the context {cells}.",
        hint="Shorten the question or its context, or raise n_ctx.",
    )
