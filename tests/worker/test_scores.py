from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_llmchat.worker.scores import calibrated, leaning, normalised, totals

LOGS = st.floats(-500, 0)


def test_an_option_is_as_probable_as_all_of_its_tokens() -> None:
    assert totals([[-1.0, -2.0], [-0.5]]) == (-3.0, -0.5)


@given(st.lists(LOGS, min_size=1, max_size=6))
def test_probabilities_sum_to_one_however_small(logits: list[float]) -> None:
    assert math.fsum(normalised(logits)) == pytest.approx(1)


def test_the_leaning_is_the_mean_probability() -> None:
    (lean,) = leaning([[math.log(0.2)], [math.log(0.4)]])
    assert math.exp(lean) == pytest.approx(0.3)


@given(st.lists(LOGS, min_size=2, max_size=5))
def test_what_the_model_always_says_decides_nothing(logits: list[float]) -> None:
    probabilities = calibrated(logits, leaning([logits, logits]))
    assert probabilities == pytest.approx([1 / len(logits)] * len(logits))


def test_calibration_turns_a_biased_answer_round() -> None:
    biased = [math.log(0.6), math.log(0.4)]
    lean = leaning([[math.log(0.9), math.log(0.1)]])
    assert normalised(biased)[0] > 0.5
    assert calibrated(biased, lean)[0] < 0.5
