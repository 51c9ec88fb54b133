from __future__ import annotations

import pytest

from benchmarks.stepping import StepTime, TimedModel, share_outside


class Model:
    n_ctx = 7

    def decode(self, rows: list[int]) -> None:
        pass

    def sampler(self) -> Model:
        return Model()

    def sample(self, row: int) -> int:
        return row + 1


def test_the_median_share_of_steps_of_that_size() -> None:
    steps = [
        StepTime(rows=31, started=0.0, in_model=1.0),
        StepTime(rows=1, started=1.0, in_model=0.9),
        StepTime(rows=1, started=2.0, in_model=0.8),
        StepTime(rows=1, started=3.0, in_model=0.5),
        StepTime(rows=1, started=4.0, in_model=0.0),
    ]
    assert share_outside(steps, rows=1) == pytest.approx(0.2)


def test_a_timed_model_answers_as_the_model_does() -> None:
    steps: list[StepTime] = []
    timed = TimedModel(Model(), steps)
    timed.decode([1, 2, 3])
    assert (timed.n_ctx, timed.sampler().sample(4)) == (7, 5)
    assert [step.rows for step in steps] == [3]
    assert steps[0].in_model > 0
