from __future__ import annotations

import math

import pytest

from jupyter_llmchat.models.decision_skill import (
    Weighing,
    is_reliable,
    log_probabilities,
)

WEIGHING = Weighing(
    evidence=("kind", "size"),
    words=("big", "small"),
    biases=(0.0, 1.0),
    weights=((1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 2.0)),
)


def test_words_after_all_prompts_are_weighed_for_every_option() -> None:
    said = {"size": (0.5, 0.5), "kind": (0.25, 0.75), "other": (1.0, 0.0)}
    first, second = WEIGHING.probabilities(said)
    assert first + second == pytest.approx(1)
    # 0.25 against e · 0.5²
    assert first / second == pytest.approx(0.25 / (math.e * 0.25))


def test_an_impossible_word_is_only_very_improbable() -> None:
    said = {"kind": (0.0, 1.0), "size": (1.0, 0.0)}
    assert all(map(math.isfinite, WEIGHING.probabilities(said)))
    assert all(map(math.isfinite, log_probabilities((0.0, 1.0))))


@pytest.mark.parametrize(
    ("accuracy", "number", "chance", "reliable"),
    [
        (0.9, 100, 1 / 3, True),
        (1 / 3, 100, 1 / 3, False),
        (0.4, 100, 1 / 3, False),
        (0.45, 100, 1 / 3, True),
        (1.0, 2, 0.5, False),
        (1.0, 5, 0.5, True),
        (0.0, 0, 0.5, False),
    ],
)
def test_luck_does_not_make_a_decision_reliable(
    accuracy: float, number: int, chance: float, reliable: bool
) -> None:
    assert is_reliable(accuracy, number, chance) is reliable
