"""The limit on threads under any sequence of steps."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_llmchat.engine.contention import (
    CAP,
    LEAST_WAIT_S,
    LONGEST_S,
    PROBE_STEPS,
    Contention,
    Evidence,
)

RUNGS = (1, 2, 4)
BREAK_EVEN = 1.7

ratios = st.floats(0.01, 1e6)
calm = st.floats(0.8, 1.25)


@dataclass
class Bench:
    """Feeds steps of 10 ms to a Contention."""

    rungs: tuple[int, ...] = RUNGS
    free: float | None = None
    now: float = 0.0
    ups: int = 0
    limits: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.contention = Contention(self.rungs, lambda: self.now, lambda: self.free)

    def step(self, ratio: float, *, seconds: float = 0.01, weight: float = 1) -> int:
        before = self.contention.limit
        self.now += seconds
        evidence = Evidence(before, ratio, BREAK_EVEN, weight)
        self.contention.observe(evidence)
        after = self.contention.limit
        self.ups += after > before
        self.limits.append(after)
        return after

    def steps(self, count: int, ratio: float) -> int:
        for _ in range(count):
            self.step(ratio)
        return self.contention.limit

    def slow_above_one(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.step(10 if self.contention.limit > 1 else 1)


@given(st.lists(st.tuples(ratios, st.floats(0, 30)), max_size=300))
def test_the_limit_is_a_rung_and_goes_one_rung_at_a_time(
    steps: list[tuple[float, float]],
) -> None:
    bench = Bench()
    before = len(RUNGS) - 1
    for ratio, seconds in steps:
        now = RUNGS.index(bench.step(ratio, seconds=seconds))
        assert abs(now - before) <= 1
        assert bench.contention.proven in RUNGS
        before = now


@given(st.lists(st.tuples(ratios, st.floats(0, 5)), max_size=300))
def test_it_goes_up_once_a_second_at_most(steps: list[tuple[float, float]]) -> None:
    bench = Bench()
    for ratio, seconds in steps:
        bench.step(ratio, seconds=seconds)
    assert bench.ups <= bench.now / LEAST_WAIT_S


@given(st.lists(calm, max_size=300))
def test_calm_steps_change_nothing(steps: list[float]) -> None:
    bench = Bench()
    assert {bench.step(ratio) for ratio in steps} <= {4}


@given(st.lists(calm, min_size=20, max_size=20), st.integers(0, 19), ratios)
def test_an_outlier_among_calm_steps_changes_nothing(
    steps: list[float], at: int, outlier: float
) -> None:
    bench = Bench()
    steps[at] = outlier
    assert {bench.step(ratio) for ratio in steps} == {4}


@given(st.floats(2.5, 1e6))
def test_lasting_slowness_is_seen_within_ten_steps(ratio: float) -> None:
    bench = Bench()
    assert bench.steps(10, ratio) < 4


def test_one_long_slow_step_is_enough() -> None:
    assert Bench().step(CAP, weight=4) == 2


def test_trials_become_rare_while_they_fail() -> None:
    bench = Bench(rungs=(1, 2))
    bench.slow_above_one(120)
    most = math.log2(LONGEST_S / LEAST_WAIT_S) + 120 / LONGEST_S + 1
    assert 3 <= bench.ups <= most
    # A trial is over after one step that is far too slow.
    assert bench.limits.count(2) <= 5 + bench.ups


def test_it_goes_all_the_way_up_when_it_is_calm() -> None:
    bench = Bench()
    bench.steps(30, 10)
    assert bench.contention.limit == 1
    assert bench.steps(500, 1) == 4


def test_a_rung_is_proven_after_some_good_steps() -> None:
    bench = Bench(rungs=(1, 2))
    bench.steps(3, 10)
    bench.step(1, seconds=5)
    assert (bench.contention.limit, bench.contention.proven) == (2, 1)
    bench.steps(PROBE_STEPS, 1)
    assert (bench.contention.limit, bench.contention.proven) == (2, 2)


@pytest.mark.parametrize(
    ("free", "limit"), [(0.0, 1), (1.5, 1), (1.8, 2), (2.0, 2), (None, 2)]
)
def test_it_waits_longer_while_others_use_the_cores(
    free: float | None, limit: int
) -> None:
    bench = Bench(rungs=(1, 2), free=free)
    bench.steps(3, 10)
    bench.steps(300, 1)
    assert bench.contention.limit == limit


def test_it_tries_in_the_end_whatever_it_is_told_of_others() -> None:
    bench = Bench(rungs=(1, 2), free=0.0)
    bench.steps(3, 10)
    bench.step(1, seconds=LONGEST_S)
    assert bench.contention.limit == 2


def test_slowness_that_fewer_threads_share_is_no_contention() -> None:
    bench = Bench(rungs=(1, 2))
    bench.steps(1000, 3)
    assert bench.contention.limit == 2
    assert bench.ups <= 2
    bench.steps(100, 1)
    assert bench.steps(10, 3) == 1, "what is usual has been unlearned"


def test_giving_up_goes_below_the_threads_of_the_step() -> None:
    bench = Bench()
    bench.contention.retreat(4)
    assert bench.contention.limit == 2
    bench.contention.retreat(4)
    assert bench.contention.limit == 2
    bench.contention.retreat(1)
    assert bench.contention.limit == 1
