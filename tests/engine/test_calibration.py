"""Measuring a model: on a fake whose speed is known, and the embedded one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.engine.calibration import BUDGET_S, measure
from jupyter_llmchat.engine.llama import LlamaLog, LlamaModel
from jupyter_llmchat.engine.model import Aborted, Row
from jupyter_llmchat.engine.speed import BATCHES
from jupyter_llmchat.models.locate import locate

from .fake_llama import FakeLlama
from .fake_machine import TWO_CORES


@dataclass
class TimedLlama(FakeLlama):
    """Takes as long as TWO_CORES says, on a clock of its own."""

    n_ctx: int = 4096
    n_sequences: int = 8
    now: float = 0.0
    times: float = 1.0
    """How much slower than TWO_CORES."""
    slow: dict[int, float] = field(default_factory=dict)
    """Steps by number that take so many times as long."""

    def decode(self, rows: Sequence[Row]) -> None:
        cells = sum(map(len, self.cells.values()))
        super().decode(rows)
        ms = TWO_CORES.step_ms(self.threads[0], len(rows), cells)
        self.now += self.times * ms * self.slow.get(len(self.batches), 1) / 1000

    def clock(self) -> float:
        return self.now


def test_it_finds_the_speed_of_the_model() -> None:
    model = TimedLlama()
    speed = measure(model, [2, 1, 2], model.clock)
    assert speed.threads == (1, 2)
    for threads in speed.threads:
        for rows in (*BATCHES, 32, 256):
            known = TWO_CORES.step_ms(threads, rows)
            assert speed.step_ms(threads, rows) == pytest.approx(known)
    assert speed.context_cost == pytest.approx(TWO_CORES.context_cost, rel=0.1)
    assert speed.is_steady


def test_it_leaves_the_cache_empty() -> None:
    model = TimedLlama()
    measure(model, [1], model.clock)
    assert not model.cells


def test_it_leaves_the_cache_empty_when_it_is_broken_off() -> None:
    model = TimedLlama()

    def abort_at_the_fifth() -> None:
        model.aborted = len(model.batches) == 5

    model.on_decode = abort_at_the_fifth
    with pytest.raises(Aborted):
        measure(model, [1, 2], model.clock)
    assert not model.cells


@pytest.mark.parametrize("step", range(1, 40))
def test_one_slow_step_changes_nothing(step: int) -> None:
    model = TimedLlama(slow={step: 30})
    speed = measure(model, [1, 2], model.clock)
    for threads in (1, 2):
        for rows in (*BATCHES, 32):
            known = TWO_CORES.step_ms(threads, rows)
            assert speed.step_ms(threads, rows) == pytest.approx(known)
    assert speed.is_steady


def test_a_disturbed_measurement_says_so() -> None:
    # All rounds but the first.
    model = TimedLlama(slow=dict.fromkeys(range(14, 40), 3))
    assert not measure(model, [1, 2], model.clock).is_steady


def test_threads_that_others_hold_up_are_left_out_at_once() -> None:
    model = TimedLlama()
    model.on_decode = lambda: model.slow.update(
        {len(model.batches) + 1: 20.0 if model.threads[0] == 2 else 1.0}
    )
    speed = measure(model, [1, 2], model.clock)
    assert speed.threads == (1,)
    assert not speed.is_steady
    tried = [len(rows) for rows in model.batches if len({r.sequence for r in rows}) > 1]
    assert tried.count(8) == 4, "three rounds with one thread, one with two"


def test_a_slow_model_is_measured_once() -> None:
    model = TimedLlama(times=100)
    speed = measure(model, [1, 2], model.clock)
    once = sum(TWO_CORES.step_ms(t, rows) for t in (1, 2) for rows in (*BATCHES, 32, 1))
    assert model.now * 1000 == pytest.approx(100 * once)
    assert model.now > BUDGET_S
    assert speed.context_cost == 0


def test_a_model_with_little_room_is_measured_as_far_as_it_goes() -> None:
    model = TimedLlama(n_ctx=64, n_sequences=3)
    speed = measure(model, [1], model.clock)
    assert len(speed.timings[0].decode_ms) == 2
    assert speed.context_cost == 0


@pytest.mark.model
def test_the_embedded_model_is_measured() -> None:
    config = EngineConfig(model_path=str(locate("").path), n_ctx=2048)
    model = LlamaModel(config, LlamaLog())
    try:
        speed = measure(model, [1, 2])
        # Two may be left out: the machine need not be ours alone.
        assert speed.threads[0] == 1
        assert speed.decode_ms(1, 8) > speed.decode_ms(1, 1)
        assert speed.batching_gain(4) > 0
        assert 10 < speed.prefill_tokens_per_s(1) < 100_000
        model.decode([Row(1, 0, 0, True)])
    finally:
        model.close()
