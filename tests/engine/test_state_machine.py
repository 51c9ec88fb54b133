"""Whatever comes, in whatever order: every request ends once, with what it is due.

The loop is driven step by step in the test's own thread, against a few lines that say
what each request has to end with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from jupyter_llmchat.calls import (
    Cancel,
    Failed,
    Finished,
    Generate,
    Last,
    Output,
    Prepare,
    Score,
    Scored,
    Text,
)
from jupyter_llmchat.engine.loop import EngineLoop
from jupyter_llmchat.engine.model import Row
from jupyter_llmchat.errors import ContextOverflow, GenerationFailed
from jupyter_llmchat.language_model import Part, Priority, SamplingParams, TextPrompt

from .fake_llama import FakeLlama

TRUNKS = ("", "a" * 20, "a" * 20 + "b" * 20)
PROMPTS = st.tuples(
    st.sampled_from(TRUNKS), st.text("abc", min_size=1, max_size=8)
).map("".join)
OPTIONS = st.lists(
    st.text("xyz", min_size=1, max_size=5), min_size=1, max_size=4, unique=True
)
PRIORITIES = st.sampled_from(Priority)
LATE = st.sampled_from([None, None, None, 0.0])
"""Seconds left at arrival; 0 is a deadline that is over already."""
STEPS_AT_MOST = 2000


def reply(prompt: str) -> str:
    """What the model says: different for every prompt, with repetitions in it."""
    return f"<{prompt[-6:]}|{prompt[-6:]}|{len(prompt)}>"[: 3 + len(prompt) % 19]


@dataclass
class CountingLlama(FakeLlama):
    """Counts cells as llama.cpp does: a copy shares them, so they count once."""

    held: dict[int, list[int]] = field(default_factory=dict)
    """Serial numbers of the cells of each sequence."""
    serial: Iterator[int] = field(default_factory=count)

    def decode(self, rows: Sequence[Row]) -> None:
        super().decode(rows)
        for row in rows:
            self._grow(row.sequence, 1)
        assert not {*self.held} - {*range(self.n_sequences)}
        used = {cell for cells in self.held.values() for cell in cells}
        assert len(used) <= self.n_ctx, "more cells than there are"

    def trim(self, sequence: int, start: int) -> None:
        super().trim(sequence, start)
        del self.held.setdefault(sequence, [])[start:]

    def copy(self, source: int, target: int, length: int) -> None:
        super().copy(source, target, length)
        self.held[target] = self.held[source][:length]

    def restore(self, sequence: int, data: bytes) -> None:
        super().restore(sequence, data)
        self._grow(sequence, len(self.cells[sequence]))

    def clear(self) -> None:
        super().clear()
        self.held.clear()

    def _grow(self, sequence: int, cells: int) -> None:
        new = [next(self.serial) for _ in range(cells)]
        self.held.setdefault(sequence, []).extend(new)


@dataclass
class Asked:
    """A request and what it is due."""

    call: Generate | Score | Prepare
    longest: int
    """Cells that it cannot do without."""
    text: str = ""
    """All that a generation has to say."""
    reason: str = "stop"
    logprobs: tuple[tuple[float, ...], ...] = ()
    is_cancelled: bool = False
    may_fail: bool = False
    """It was alive when a compute failed."""
    said: str = ""
    end: Last | None = None

    @property
    def has_broken(self) -> bool:
        end = self.end
        return isinstance(end, Failed) and end.code == GenerationFailed.code

    def hear(self, output: Output) -> None:
        assert self.end is None, "something was said after the end"
        if isinstance(output, Text):
            self.said += output.text
            assert self.text.startswith(self.said)
        else:
            self.end = output

    def check(self, n_ctx: int) -> None:
        """What has ended has ended as it should."""
        end = self.end
        if self.longest > n_ctx:
            assert isinstance(end, Failed)
            assert end.code == ContextOverflow.code
        elif self.is_cancelled:
            assert isinstance(end, Finished)
            assert end.reason == "cancelled"
        elif self.call.seconds_left is not None:
            assert isinstance(end, Finished)
            assert end.reason == "deadline"
            assert self.said == ""
        elif self.has_broken:
            assert self.may_fail, end
        else:
            self._check_whole(end)

    def _check_whole(self, end: Last | None) -> None:
        if isinstance(self.call, Score):
            assert isinstance(end, Scored)
            assert end.logprobs == self.logprobs
            return
        assert isinstance(end, Finished)
        assert (end.reason, self.said) == (self.reason, self.text)
        assert end.usage.generated_tokens == len(self.text)


class EngineMachine(RuleBasedStateMachine):
    @initialize(
        n_ctx=st.integers(30, 90),
        n_sequences=st.integers(1, 5),
        chunk=st.integers(1, 32),
        cache_bytes=st.sampled_from([0, 150, 1 << 20]),
    )
    def start(self, n_ctx: int, n_sequences: int, chunk: int, cache_bytes: int) -> None:
        self.model = CountingLlama(reply, n_ctx=n_ctx, n_sequences=n_sequences)
        self.loop = EngineLoop(
            self.model, chunk=chunk, cache_bytes=cache_bytes, emit=self.hear
        )
        self.asked: dict[int, Asked] = {}

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.finish()

    def hear(self, outputs: Sequence[Output]) -> None:
        for output in outputs:
            self.asked[output.request_id].hear(output)

    @property
    def alive(self) -> list[Asked]:
        return [each for each in self.asked.values() if each.end is None]

    # -- arrivals -----------------------------------------------------------------

    @rule(
        prompt=PROMPTS,
        max_tokens=st.integers(1, 24),
        priority=PRIORITIES,
        seconds_left=LATE,
    )
    def generate(
        self,
        prompt: str,
        max_tokens: int,
        priority: Priority,
        seconds_left: float | None,
    ) -> None:
        call = Generate(
            request_id=len(self.asked),
            prompt=TextPrompt((Part(prompt),)),
            params=SamplingParams(max_tokens=max_tokens),
            priority=priority,
            seconds_left=seconds_left,
        )
        room = min(max_tokens, self.model.n_ctx - len(prompt))
        text = reply(prompt)[: max(room, 0)]
        reason = "length" if len(text) == room else "stop"
        self.ask(Asked(call, len(prompt) + 1, text, reason))

    @rule(prompt=PROMPTS, options=OPTIONS, priority=PRIORITIES, seconds_left=LATE)
    def score(
        self,
        prompt: str,
        options: list[str],
        priority: Priority,
        seconds_left: float | None,
    ) -> None:
        call = Score(
            request_id=len(self.asked),
            prompt=TextPrompt((Part(prompt),)),
            continuations=tuple(options),
            priority=priority,
            seconds_left=seconds_left,
        )
        logprobs = tuple(tuple(-float(ord(c)) for c in each) for each in options)
        longest = len(prompt) + max(map(len, options)) - 1
        self.ask(Asked(call, longest, logprobs=logprobs))

    @rule(prompt=PROMPTS, seconds_left=LATE)
    def prepare(self, prompt: str, seconds_left: float | None) -> None:
        call = Prepare(
            request_id=len(self.asked),
            prompt=TextPrompt((Part(prompt),)),
            priority=Priority.IDLE,
            seconds_left=seconds_left,
        )
        self.ask(Asked(call, len(prompt)))

    def ask(self, asked: Asked) -> None:
        self.asked[asked.call.request_id] = asked
        self.loop.submit(asked.call)

    # -- disturbances -------------------------------------------------------------

    @rule(request_id=st.integers(0, 30))
    def cancel(self, request_id: int) -> None:
        """Whatever its state; also requests that nobody has made."""
        if request_id >= len(self.asked):
            request_id += 10_000  # not one that is still to come
        self.loop.submit(Cancel(request_id=request_id))
        asked = self.asked.get(request_id)
        if asked is not None and asked.end is None:
            asked.is_cancelled = True

    @precondition(lambda self: self.alive)
    @rule(data=st.data())
    def cancel_in_the_middle_of_a_compute(self, data: st.DataObject) -> None:
        ids = [each.call.request_id for each in self.alive]
        request_id = data.draw(st.sampled_from(ids))
        self.disturb(lambda: self.cancel(request_id))

    @rule(prompt=PROMPTS, priority=PRIORITIES)
    def arrive_in_the_middle_of_a_compute(
        self, prompt: str, priority: Priority
    ) -> None:
        self.disturb(lambda: self.generate(prompt, 8, priority, None))

    @rule()
    def fail_a_compute(self) -> None:
        def fail() -> None:
            for each in self.alive:
                each.may_fail = True
            raise GenerationFailed("broken", "again")

        self.disturb(fail)

    @rule()
    def find_no_room(self) -> None:
        """Against all accounts. Whoever is alone then may fail, nobody else."""
        alive = self.alive
        for each in alive:
            each.may_fail = True
        self.model.refuse = 1
        self.loop.step()
        self.model.refuse = 0
        for each in alive:
            each.may_fail = each.has_broken
        assert sum(each.has_broken for each in alive) <= 1

    def disturb(self, act: Callable[[], None]) -> None:
        """Does so during the next compute, if there is one."""

        def once() -> None:
            self.model.on_decode = lambda: None
            act()

        self.model.on_decode = once
        self.loop.step()
        self.model.on_decode = lambda: None

    # -- progress -----------------------------------------------------------------

    @rule(steps=st.integers(1, 8))
    def go_on(self, steps: int) -> None:
        for _ in range(steps):
            self.loop.step()

    @rule()
    def finish(self) -> None:
        """Everybody gets to an end, and nothing is left behind."""
        steps = 0
        while self.loop.step():
            steps += 1
            assert steps < STEPS_AT_MOST, "the engine runs on and on"
        assert not self.alive, "the engine rests although something is to be done"
        for asked in self.asked.values():
            asked.check(self.model.n_ctx)
        assert self.model.open_samplers == 0
        self.loop.tidy()
        assert self.loop.cells_used == 0
        assert not any(self.model.cells.values())

    @invariant()
    def the_accounts_add_up(self) -> None:
        if hasattr(self, "loop"):
            self.loop._scheduler.check()


TestEngine = EngineMachine.TestCase
TestEngine.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
