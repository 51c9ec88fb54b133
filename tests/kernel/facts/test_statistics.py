from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from jupyter_llmchat.kernel.facts.statistics import SAMPLE, Known, Statistics, Summary


class Time:
    def __init__(self, left: float = 3600.0) -> None:
        self._left = left

    def now(self) -> float:
        return 0.0

    def left(self) -> float:
        return self._left


def of(values: Any, left: float = 3600.0, known: Known | None = None) -> Summary | None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return Statistics(Time(left), {} if known is None else known).of(
            np.asarray(values)
        )


@pytest.mark.parametrize("dtype", ["int8", "uint64", "float16", "float32", "float64"])
def test_numbers(dtype: str) -> None:
    found = of(np.array([1, 2, 6], dtype))
    assert found == Summary(mean=3.0, minimum=1, maximum=6, missing=0)


def test_missing_values_do_not_count() -> None:
    assert of([1.0, np.nan, 3.0]) == Summary(
        mean=2.0, minimum=1.0, maximum=3.0, missing=1
    )
    assert of([np.nan, np.nan]) == Summary(missing=2)


def test_infinite_values_have_no_mean() -> None:
    assert of([np.inf, -np.inf, 1.0]) == Summary(minimum=-np.inf, maximum=np.inf)
    assert of([np.inf, np.nan]) == Summary(
        mean=np.inf, minimum=np.inf, maximum=np.inf, missing=1
    )


def test_flags() -> None:
    found = of([True, False, True, True])
    assert found is not None
    assert found.mean == 0.75


def test_dates() -> None:
    days = np.array(["2024-03-01", "NaT", "2024-01-01"], "datetime64[ns]")
    assert of(days) == Summary(
        minimum=np.datetime64("2024-01-01"),
        maximum=np.datetime64("2024-03-01"),
        missing=1,
    )
    assert of(np.array(["NaT"], "datetime64[s]")) == Summary(missing=1)


@pytest.mark.parametrize(
    "values",
    [
        np.array([]),
        np.array(["a"]),
        np.array([object()]),
        np.array([1j]),
        np.array([(1, 2.0)], "i4,f8"),
    ],
    ids=["empty", "text", "objects", "complex", "records"],
)
def test_others_have_none(values: Any) -> None:
    assert of(values) is None


def test_without_time_a_sample_stands_for_all() -> None:
    values = np.ones(1_000_000)
    found = of(values, left=0.0005)
    assert found == Summary(mean=1.0, missing=None, sampled=True)
    assert of(values, left=0.0) is None
    assert of(values.view("datetime64[ns]"), left=0.0005) is None
    assert of(np.ones((2, 1_000_000)), left=0.0005) is None


def test_values_that_lie_apart_take_longer() -> None:
    apart = np.ones((100 * SAMPLE, 20))[:, 3]
    found = of(apart, left=0.005)
    assert found is not None and found.sampled
    side_by_side = of(np.ascontiguousarray(apart), left=0.005)
    assert side_by_side is not None and not side_by_side.sampled


def test_figures_are_found_once() -> None:
    known: Known = {}
    values = np.array([1.0, 2.0])
    first = of(values, known=known)
    values[0] = 7.0
    assert of(values, left=0.0, known=known) is first
    assert of(values.copy(), left=0.0, known=known) is None
