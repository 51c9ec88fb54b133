"""Threads that follow a machine: a simulation, judged by what was chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pytest

from jupyter_llmchat.engine.threads import ThreadGovernor, Threads, candidates

from .fake_machine import TWO_CORES, FakeMachine, Work, answers, speed_of, total_ms

EIGHT_CORES = speed_of(candidates(8))


@dataclass(frozen=True)
class Run:
    """What came of a simulation."""

    ms: float
    chosen: list[int]
    """Threads of each step."""
    governor: ThreadGovernor

    @property
    def changes(self) -> int:
        """Of the threads of one token's steps, which none but the governor changes."""
        return sum(a != b for a, b in zip(self.chosen, self.chosen[1:], strict=False))


def run(
    machine: FakeMachine,
    work: Iterable[Work],
    *,
    asks: bool = False,
    governor: ThreadGovernor | None = None,
) -> Run:
    """`asks`: the governor is told how many cores are free."""
    if governor is None and asks:
        governor = ThreadGovernor(machine.speed, machine.clock, machine.free)
    governor = governor or ThreadGovernor(machine.speed, machine.clock)
    ms, chosen = 0.0, []
    for each in work:
        if asks:
            machine.others = each.others
        threads = governor.threads(each.rows)
        took = machine.run(each, threads)
        governor.observe(threads, each.rows, each.cells, took)
        ms += took
        chosen.append(threads)
    return Run(ms, chosen, governor)


def fixed(machine: FakeMachine, work: list[Work]) -> list[float]:
    """Milliseconds with each number of threads all the time."""
    return [
        total_ms(replace(machine), work, threads) for threads in machine.speed.threads
    ]


def two_cores(
    seed: int = 1, outliers: float = 0.0, context_error: float = 1.0
) -> FakeMachine:
    return FakeMachine(
        TWO_CORES, 2, seed=seed, outliers=outliers, context_error=context_error
    )


def decoding(steps: int, others: float = 0.0, cells: int = 100) -> list[Work]:
    return [Work(1, cells, others)] * steps


def mixed() -> list[Work]:
    """An hour in the life of a notebook, in short."""
    return [
        *answers(6),
        *answers(4, others=1),
        *answers(3, batch=4),
        *answers(2, others=2, batch=4),
        *answers(8, prompt=700),
        *answers(1, others=1, prompt=1500, tokens=400),
        *answers(1, tokens=20),
        *answers(1, others=1, tokens=30),
        *answers(10),
    ]


@pytest.mark.parametrize("asks", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_a_long_mixed_day_is_faster_than_with_any_fixed_setting(
    seed: int, asks: bool
) -> None:
    governed = run(two_cores(seed=seed, outliers=0.003), mixed(), asks=asks)
    assert governed.ms < min(fixed(two_cores(seed=seed), mixed()))
    assert governed.changes < 40


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("others", [0, 1, 3, 6, 8])
def test_on_more_cores_it_finds_what_the_others_leave(others: int, seed: int) -> None:
    work = decoding(3000, others)
    governed = run(FakeMachine(EIGHT_CORES, 8, seed=seed), work)
    assert governed.ms < 1.5 * min(fixed(FakeMachine(EIGHT_CORES, 8), work))


def test_it_starts_with_what_is_best_when_nobody_computes() -> None:
    governor = ThreadGovernor(TWO_CORES)
    assert governor.setting == Threads(decode=2, prefill=2)
    assert [governor.threads(rows) for rows in (1, 8, 256)] == [2, 2, 2]


def test_it_steps_down_within_a_few_steps_and_up_again_when_it_is_calm() -> None:
    work = [*decoding(200), *decoding(500, others=1), *decoding(1500)]
    result = run(two_cores(), work)
    assert set(result.chosen[:200]) == {2}
    assert result.chosen[215] == 1
    assert result.chosen[200:700].count(2) < 50
    assert set(result.chosen[-200:]) == {2}


@pytest.mark.parametrize("seed", range(10))
def test_it_does_not_flap(seed: int) -> None:
    machine = two_cores(seed=seed)
    result = run(machine, decoding(5000, others=1))
    # Trials after 1, 2, 4, 8 and then every 16 s, each up and down.
    assert result.changes <= 2 * (5 + machine.now / 16)


@pytest.mark.parametrize("seed", range(10))
def test_single_outliers_change_nothing(seed: int) -> None:
    machine = two_cores(seed=seed)
    governor = ThreadGovernor(TWO_CORES, machine.clock)
    for index in range(2000):
        slow = 400.0 if index % 20 == 0 else 0.0
        governor.observe(2, 1, 100, slow + machine.run(Work(1, 100), 2))
        assert governor.threads(1) == 2


@pytest.mark.parametrize("error", [0.6, 1.0, 1.3])
@pytest.mark.parametrize("batch", [1, 4])
def test_growth_of_the_context_changes_nothing(batch: int, error: float) -> None:
    machine = two_cores(context_error=error)
    result = run(machine, answers(20, batch=batch, tokens=400 // batch))
    assert set(result.chosen) == {2}


def test_a_sudden_long_context_changes_nothing() -> None:
    machine = two_cores(context_error=1.3)
    result = run(machine, [*decoding(50), *decoding(300, cells=6000)])
    assert set(result.chosen) == {2}


def test_a_context_that_costs_far_more_than_measured_is_got_used_to() -> None:
    machine = two_cores(context_error=4.0)
    result = run(machine, decoding(1500, cells=4000))
    assert 1 in result.chosen
    assert set(result.chosen[-800:]) == {2}
    back = run(machine, decoding(400, others=1), governor=result.governor)
    assert back.chosen[-1] == 1


def test_slow_short_steps_keep_prompts_from_being_slow_too() -> None:
    result = run(two_cores(), decoding(100, others=1))
    assert result.governor.threads(256) == 1


def test_a_prompt_is_slow_once_at_most_when_nobody_tells_of_free_cores() -> None:
    result = run(two_cores(), [Work(256, 0, 1)] * 5)
    assert result.chosen == [2, 1, 1, 1, 1]


def test_a_prompt_is_never_slow_when_it_is_told_of_free_cores() -> None:
    result = run(two_cores(), [*decoding(50), *[Work(256, 0, 1)] * 5], asks=True)
    assert result.chosen[-5:] == [1] * 5


def test_prompts_take_no_part_in_a_trial() -> None:
    machine = two_cores()
    result = run(machine, decoding(100, others=1))
    machine.now += 60
    governor = result.governor
    governor.observe(1, 1, 100, machine.run(Work(1, 100), 1))
    assert (governor.threads(1), governor.threads(256)) == (2, 1)
    assert governor.setting == Threads(decode=2, prefill=1)
    proved = run(machine, decoding(20), governor=governor)
    assert proved.governor.threads(256) == 2


def test_a_step_is_given_up_only_where_fewer_threads_would_be_faster() -> None:
    governor = ThreadGovernor(TWO_CORES)
    patience = governor.give_up_ms(2, 256, 0)
    assert patience is not None
    assert patience > TWO_CORES.step_ms(1, 256)
    assert governor.give_up_ms(1, 256, 0) is None
    assert governor.give_up_ms(2, 1, 0) is None
    governor.gave_up(2)
    assert governor.setting == Threads(decode=1, prefill=1)


def test_threads_that_hardly_help_are_left_to_others() -> None:
    slow = speed_of([1, 2])
    gpu = speed_of([1, 1, 1])
    assert ThreadGovernor(slow).setting.decode == 2
    assert ThreadGovernor(gpu).setting == Threads(decode=1, prefill=1)


def test_one_measured_count_is_always_the_setting() -> None:
    result = run(FakeMachine(speed_of([4]), cores=4), decoding(200, others=4))
    assert set(result.chosen) == {4}


@pytest.mark.parametrize(
    ("cores", "counts"),
    [
        (1, (1,)),
        (2, (1, 2)),
        (4, (1, 2, 3, 4)),
        (6, (1, 2, 4, 5, 6)),
        (8, (1, 2, 4, 7, 8)),
    ],
)
def test_candidates(cores: int, counts: tuple[int, ...]) -> None:
    assert candidates(cores) == counts
