from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from jupyter_llmchat.kernel.facts.arrays import array_facts
from tests.kernel.test_shown_value import hostile

from .inquiries import inquiry


@pytest.mark.parametrize(
    ("array", "lines"),
    [
        (
            np.array([0.5, 0.75]),
            [
                "w is an ndarray with shape (2,) and dtype float64, mean 0.625, "
                "minimum 0.5, maximum 0.75.",
                "The values of w are 0.5, 0.75.",
            ],
        ),
        (
            np.ones((3, 4), "int32"),
            [
                "w is an ndarray with shape (3, 4) and dtype int32, mean 1.0, "
                "minimum 1, maximum 1.",
            ],
        ),
        (np.array([]), ["w is an ndarray with shape (0,) and dtype float64."]),
        (
            np.array([np.nan]),
            [
                "w is an ndarray with shape (1,) and dtype float64.",
                "w has 1 missing value.",
                "The values of w are nan.",
            ],
        ),
        (
            np.array(["a", "b"]),
            [
                "w is an ndarray with shape (2,) and dtype <U1.",
                "The values of w are 'a', 'b'.",
            ],
        ),
        (
            np.array(["2024-01-01", "2024-01-03"], "datetime64[D]"),
            [
                "w is an ndarray with shape (2,) and dtype datetime64[D], "
                "from 2024-01-01 to 2024-01-03.",
            ],
        ),
        (np.array(3.0), ["w is an ndarray with shape () and dtype float64"]),
    ],
)
def test_arrays(array: Any, lines: list[str]) -> None:
    found = [*array_facts("w", array, inquiry())]
    assert len(found) >= len(lines)
    assert all(map(str.startswith, found, (each.rstrip(".") for each in lines)))


def test_objects_within_are_not_looked_into() -> None:
    array = np.empty(1, dtype=object)
    array[0] = type.__call__(hostile())
    assert [*array_facts("w", array, inquiry())] == [
        "w is an ndarray with shape (1,) and dtype object."
    ]


def test_secrets_have_no_values() -> None:
    found = "\n".join(array_facts("tokens", np.array(["hunter2"]), inquiry()))
    assert "hunter2" not in found
