from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from jupyter_llmchat.kernel.facts.phrasing import (
    LISTED,
    NAME_CHARS,
    VALUE_CHARS,
    date,
    distinct,
    label,
    listed,
    number,
    several,
    value_text,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12.4, "12.4"),
        (99.0, "99.0"),
        (1 / 3, "0.3333"),
        (0.00001234, "1.234e-05"),
        (1e20, "1e+20"),
        (0.0, "0.0"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (7, "7"),
        (True, "True"),
    ],
)
def test_number(value: Any, text: str) -> None:
    assert number(value) == text


def test_values() -> None:
    assert value_text("North") == "'North'"
    assert value_text(np.float64(0.5)) == "0.5"
    assert value_text(pd.Timestamp("2024-01-02")) == "2024-01-02"
    assert value_text(pd.NaT) == ""
    assert value_text(object()) == ""
    assert len(value_text("x" * 1000)) == VALUE_CHARS


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.datetime64("2024-01-02", "ns"), "2024-01-02"),
        (np.datetime64("2024-01-02T03:04:05.678", "ns"), "2024-01-02 03:04:05"),
        (datetime(2024, 1, 2), "2024-01-02"),
        (pd.Timestamp("2024-01-02 03:04"), "2024-01-02 03:04:00"),
    ],
)
def test_date(value: Any, text: str) -> None:
    assert date(value) == text


def test_label() -> None:
    assert label("Net\n Margin ") == "Net Margin"
    assert label(3) == "3"
    assert label(("a", 1)) == "('a', 1)"
    assert label(object()) == ""
    assert len(label("x" * 1000)) == NAME_CHARS


def test_listed() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed(["a", "b"], 5) == "a, b and 3 more"
    assert listed(["a"] * (LISTED + 2)).endswith(" and 2 more")


def test_several() -> None:
    assert several(1, "row") == "1 row"
    assert several(0, "row") == "0 rows"
    assert several(2, "entry", "entries") == "2 entries"


def test_distinct() -> None:
    values = ["a", "a", None, float("nan"), "b", "c"]
    assert distinct(values, 2) == ("'a'", "'b'")
