from __future__ import annotations

import random

import pytest

from jupyter_llmchat.pipeline.weighing import fit, unseen

RANDOM = random.Random(1)


def content(option: int, told: bool) -> list[float]:
    """Six features, the first three of which tell the option if anything does."""
    noise = [RANDOM.gauss(0, 1) for _ in range(6)]
    if told:
        noise[option] += 4
    return noise


def contents(
    told: bool, counts: tuple[int, ...]
) -> tuple[list[list[float]], list[int]]:
    options = [option for option, count in enumerate(counts) for _ in range(count)]
    RANDOM.shuffle(options)
    return [content(option, told) for option in options], options


def share(chosen: list[int], options: list[int]) -> float:
    return sum(map(int.__eq__, chosen, options)) / len(options)


def test_what_tells_the_options_is_found() -> None:
    features, options = contents(True, (20, 20, 20))
    found = fit(features, options, 3)
    assert (len(found.biases), len(found.weights)) == (3, 3)
    for option, weights in enumerate(found.weights):
        assert max(range(6), key=weights.__getitem__) == option
    assert share(unseen(features, options, 3), options) > 0.9


def test_what_tells_nothing_is_no_better_than_chance_on_others() -> None:
    features, options = contents(False, (40, 40))
    assert share(unseen(features, options, 2), options) < 0.7


def test_a_rare_option_counts_as_much_as_a_frequent_one() -> None:
    features, options = contents(True, (100, 8))
    chosen = unseen(features, options, 2)
    rare = [got for got, each in zip(chosen, options, strict=True) if each == 1]
    assert share(rare, [1] * len(rare)) > 0.8


def test_values_follow_the_features_as_they_are() -> None:
    features, options = contents(True, (30, 30))
    found = fit(features, options, 2)
    moved = fit([[10 * each + 5 for each in row] for row in features], options, 2)
    for row in features[:5]:
        values = [_value(found.biases[o], found.weights[o], row) for o in (0, 1)]
        scaled = [10 * each + 5 for each in row]
        others = [_value(moved.biases[o], moved.weights[o], scaled) for o in (0, 1)]
        assert values == pytest.approx(others, abs=1e-2)


def test_a_feature_that_never_changes_does_no_harm() -> None:
    features, options = contents(True, (20, 20))
    found = fit([[*row, 7.0] for row in features], options, 2)
    assert all(abs(row[-1]) < 1e3 for row in found.weights)


def _value(bias: float, weights: tuple[float, ...], row: list[float]) -> float:
    return bias + sum(w * x for w, x in zip(weights, row, strict=True))
