from __future__ import annotations

import pytest

from jupyter_llmchat.models.judge_skill import Scale
from jupyter_llmchat.pipeline.logistic import fitted

START = Scale(0.0, (1.0, 0.0))
GOOD = [(value / 10, 5.0) for value in range(10, 30)]
BAD = [(value / 10, 5.0) for value in range(-30, -10)]


def test_rows_that_agree_make_a_scale_surer() -> None:
    moved = fitted(GOOD, BAD, START)
    assert moved.weights[0] > START.weights[0]
    assert moved.probability(GOOD[0]) > 0.5 > moved.probability(BAD[-1])


def test_a_scale_moves_to_where_the_difference_is() -> None:
    good, bad = ([(value + 8, 5.0) for value, _ in rows] for rows in (GOOD, BAD))
    moved = fitted(good, bad, START)
    assert START.probability(bad[0]) > 0.9
    assert moved.probability(bad[0]) < 0.5 < moved.probability(good[-1])


def test_few_rows_move_it_little() -> None:
    moved = fitted([(-1.0, 0.0)], [(1.0, 0.0)], START)
    assert moved.weights[0] > 0


def test_what_a_scale_does_not_go_by_stays_out() -> None:
    noise = [(value, index) for index, (value, _) in enumerate(GOOD)]
    assert fitted(noise, BAD, START).weights[1] == 0.0


@pytest.mark.parametrize(
    ("good", "start"), [([], START), (GOOD, Scale(1.0, (0.0, 0.0)))]
)
def test_without_anything_to_learn_it_stays(
    good: list[tuple[float, float]], start: Scale
) -> None:
    assert fitted(good, BAD, start) == start


def test_rows_that_are_all_the_same_do_no_harm() -> None:
    moved = fitted([(1.0, 1.0)] * 3, [(1.0, 1.0)] * 3, START)
    assert moved.probability((1.0, 1.0)) == pytest.approx(0.5, abs=0.25)
