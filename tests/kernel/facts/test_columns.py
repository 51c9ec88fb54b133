from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from jupyter_llmchat.kernel.facts.columns import (
    Column,
    figures,
    row_sentence,
    sentences,
)
from jupyter_llmchat.kernel.facts.statistics import Summary

NUMBERS = Summary(mean=12.4, minimum=1.0, maximum=99.0)


def told(**about: Any) -> list[str]:
    return [*sentences("sales", Column(name="x", dtype="d", rows=5, **about))]


@pytest.mark.parametrize(
    ("about", "holding"),
    [
        ({}, ""),
        ({"summary": NUMBERS}, ", mean 12.4, minimum 1.0, maximum 99.0"),
        ({"summary": Summary(missing=5)}, ""),
        ({"summary": Summary(mean=0.6), "is_flag": True}, ", True in 3 of 5 rows"),
        (
            {"summary": Summary(mean=0.6, sampled=True), "is_flag": True},
            "",
        ),
        (
            {
                "summary": Summary(minimum=date(2024, 1, 1), maximum=date(2024, 2, 3)),
                "is_date": True,
            },
            ", from 2024-01-01 to 2024-02-03",
        ),
        ({"summary": Summary(missing=5), "is_date": True}, ""),
        ({"examples": ["'a'", "'b'"]}, ", for example 'a', 'b'"),
        (
            {"examples": ["'a'", "'b'"], "different": 2},
            ", 2 different values: 'a', 'b'",
        ),
        (
            {"examples": ["'a'", "'b'", "'c'"], "different": 4},
            ", 4 different values, for example 'a', 'b', 'c'",
        ),
        (
            {"levels": ["'S'", "'M'"], "level_count": 9},
            " with the levels 'S', 'M' and 7 more",
        ),
        ({"is_secret": True, "examples": ["'a'"]}, "; its values are not shown"),
    ],
)
def test_what_a_column_holds(about: dict[str, Any], holding: str) -> None:
    assert told(**about) == [f"The column x of sales has dtype d{holding}."]


def test_what_is_missing() -> None:
    assert told(missing=0) == told()
    assert told(missing=1)[1:] == ["The column x of sales has 1 missing value."]


def test_figures() -> None:
    assert figures(NUMBERS) == ", mean 12.4, minimum 1.0, maximum 99.0"
    assert figures(Summary(mean=2.0, sampled=True)) == ", mean about 2.0"


def test_a_row() -> None:
    assert row_sentence("t", "North", ["a", "b"], ["1", ""]) == (
        "In t, row North has a 1."
    )
    assert row_sentence("t", "North", ["a"], [""]) == ""
    assert row_sentence("t", "", ["a"], ["1"]) == ""
