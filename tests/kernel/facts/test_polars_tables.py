from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from jupyter_llmchat.kernel.facts.polars_tables import (
    COLUMNS,
    frame_facts,
    lazy_facts,
    series_facts,
)
from tests.kernel.test_shown_value import fail

from .inquiries import inquiry


def told(frame: Any, question: str = "", seconds: float = 3600.0) -> list[str]:
    return [*frame_facts("t", frame, inquiry(question, seconds))]


def test_a_table() -> None:
    frame = pl.DataFrame(
        {
            "region": ["North", "South"] * 10,
            "price": [1.0, float("nan"), None, *[3.0] * 17],
            "ok": [True, False] * 10,
            "day": [date(2024, 1, 1), date(2024, 2, 3)] * 10,
            "size": pl.Series(["S", "M"] * 10, dtype=pl.Categorical),
        }
    )
    assert told(frame) == [
        "t is a polars DataFrame with 20 rows and 5 columns: "
        "region, price, ok, day, size.",
        "The column region of t has dtype String, for example 'North', 'South'.",
        "The column price of t has dtype Float64, mean 2.8889, minimum 1.0, "
        "maximum 3.0.",
        "The column price of t has 2 missing values.",
        "The column ok of t has dtype Boolean, True in 10 of 20 rows.",
        "The column day of t has dtype Date, from 2024-01-01 to 2024-02-03.",
        "The column size of t has dtype Categorical, for example 'S', 'M'.",
    ]


def test_empty_tables_and_missing_values() -> None:
    assert told(pl.DataFrame()) == [
        "t is an empty polars DataFrame with 0 rows and 0 columns."
    ]
    empty = pl.DataFrame({"a": pl.Series([], dtype=pl.Int64)})
    assert told(empty)[1:] == ["The column a of t has dtype Int64."]
    nothing = pl.DataFrame({"a": [None] * 10, "b": [float("nan")] * 10})
    assert [each for each in told(nothing) if "missing" in each] == [
        "The column a of t has 10 missing values.",
        "The column b of t has 10 missing values.",
    ]


def test_small_tables_are_told_row_by_row() -> None:
    frame = pl.DataFrame({"a": [1], "password": ["hunter2"]})
    lines = told(frame)
    assert "In t, row 0 has a 1." in lines
    assert "hunter2" not in "\n".join(lines)


class Shy:
    __repr__ = __str__ = __eq__ = __hash__ = fail  # type: ignore[assignment]


def test_objects_within_are_not_looked_into() -> None:
    frame = pl.DataFrame({"x": pl.Series([Shy()], dtype=pl.Object)})
    assert "The column x of t has dtype Object." in told(frame)


def test_time_and_question() -> None:
    frame = pl.DataFrame({f"c{n}": range(10) for n in range(100)})
    lines = told(frame, "What is c77?")
    assert lines[1].startswith("The column c77 of t")
    assert sum(each.startswith("The column") for each in lines) == COLUMNS
    assert told(frame, seconds=0.0)[1] == "The column c0 of t has dtype Int64."


def test_series_and_frames_that_were_not_collected() -> None:
    series = pl.Series("price", [1.0, 3.0, None])
    assert [*series_facts("s", series, inquiry())] == [
        "s is a polars Series named price of 3 values with dtype Float64, mean 2.0, "
        "minimum 1.0, maximum 3.0.",
        "s has 1 missing value.",
    ]
    words = [*series_facts("s", pl.Series(["a", "b"]), inquiry())]
    assert words[-1] == "The first values of s are 'a', 'b'."
    lazy = pl.scan_csv("/no/such.csv")
    assert [*lazy_facts("q", lazy, inquiry())] == [
        "q is a polars LazyFrame; it has not been collected."
    ]
