from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.api.extensions import ExtensionDtype

from jupyter_llmchat.kernel.facts.pandas_tables import (
    COLUMNS,
    described,
    frame_facts,
    labels,
    series_facts,
)
from tests.kernel.test_shown_value import fail, hostile

from .inquiries import inquiry


def told(frame: Any, question: str = "", seconds: float = 3600.0) -> list[str]:
    return [*frame_facts("t", frame, inquiry(question, seconds))]


def of_series(series: Any) -> list[str]:
    return [*series_facts("s", series, inquiry())]


def test_the_experiments_table() -> None:
    days = pd.date_range("2024-01-01", periods=366).as_unit("ns")
    sales = pd.DataFrame(
        {
            "region": pd.Series(["North", "South"] * 183, dtype=object),
            "price": np.arange(366) / 2,
            "units": range(366),
            "day": days,
        }
    )
    assert told(sales) == [
        "t is a DataFrame with 366 rows and 4 columns: region, price, units, day.",
        "The column region of t has dtype object, for example 'North', 'South'.",
        "The column price of t has dtype float64, mean 91.25, minimum 0.0, "
        "maximum 182.5.",
        "The column units of t has dtype int64, mean 182.5, minimum 0, maximum 365.",
        "The column day of t has dtype datetime64[ns], from 2024-01-01 to 2024-12-31.",
        "t has no missing values.",
    ]


def test_empty_tables() -> None:
    assert told(pd.DataFrame()) == [
        "t is an empty DataFrame with 0 rows and 0 columns."
    ]
    assert told(
        pd.DataFrame({"a": [], "b": pd.Series([], dtype="datetime64[ns]")})
    ) == [
        "t is an empty DataFrame with 0 rows and 2 columns: a, b.",
        "The column a of t has dtype float64.",
        "The column b of t has dtype datetime64[ns].",
    ]
    assert told(pd.DataFrame(index=range(3)))[0] == (
        "t is a DataFrame with 3 rows and 0 columns."
    )


def test_missing_values() -> None:
    frame = pd.DataFrame(
        {
            "a": [np.nan] * 10,
            "b": [1.0, *[np.nan] * 9],
            "c": [None, *["x"] * 9],
            "d": [pd.NaT, *[pd.Timestamp("2024-01-01")] * 9],
            "e": pd.array([None, *range(9)], dtype="Int64"),
            "f": pd.Categorical([None, *["u"] * 9]),
        }
    )
    missing = [each for each in told(frame) if "missing" in each]
    assert missing == [
        "The column a of t has 10 missing values.",
        "The column b of t has 9 missing values.",
        *(f"The column {name} of t has 1 missing value." for name in "cdef"),
    ]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (pd.Categorical(["a"] * 10, ["a", "b"]), "category with the levels 'a', 'b'."),
        (pd.array([1, *[None] * 9], "Int64"), "Int64, mean 1.0, minimum 1, maximum 1."),
        ([True] * 9 + [False], "bool, True in 9 of 10 rows."),
        (
            pd.date_range("2024-01-01", periods=10, tz="UTC").as_unit("ns"),
            "datetime64[ns, UTC], from 2024-01-01 00:00:00+00:00 "
            "to 2024-01-10 00:00:00+00:00.",
        ),
        (pd.to_timedelta(range(10), "D").as_unit("ns"), None),
        (pd.arrays.IntervalArray.from_breaks(range(11)), None),
        (pd.period_range("2024", periods=10, freq="M"), None),
        ([object()] * 10, "object."),
        ([1j] * 10, None),
        ([(1, 2)] * 10, "object."),
        ([{}, []] * 5, "object."),
    ],
    ids=str,
)
def test_kinds_of_columns(values: Any, sentence: str | None) -> None:
    lines = told(pd.DataFrame({"x": values}))
    start = "The column x of t has dtype "
    found = [each.removeprefix(start) for each in lines if each.startswith(start)]
    assert len(found) == 1
    assert sentence is None or found == [sentence]


def test_columns_that_share_a_name_or_have_none() -> None:
    twice = pd.DataFrame(np.ones((10, 3)), columns=["a", "a", None])
    lines = told(twice)
    assert lines[1] == "t has 2 columns named a."
    assert sum("The column a of t" in each for each in lines) == 2
    numbered = pd.DataFrame(np.ones((10, 2)))
    assert told(numbered)[0].endswith("2 columns: 0, 1.")


def test_indexes() -> None:
    frame = pd.DataFrame({"a": range(10), "b": range(10), "c": range(10)})
    assert told(frame.set_index("a"))[1] == "The index of t is named a."
    assert told(frame.set_index(["a", "b"]))[1] == "The index of t has 2 levels: a, b."
    days = frame.set_index(pd.date_range("2024-01-01", periods=10))
    assert told(days)[1] == "The index of t goes from 2024-01-01 to 2024-01-10."
    wide = frame.groupby("a").agg({"b": ["min", "max"]})
    assert told(wide)[0].endswith("2 columns: ('b', 'min'), ('b', 'max').")


def test_small_tables_are_told_row_by_row() -> None:
    frame = pd.DataFrame(
        {"price": [1.5, 2.0], "token": ["x", "y"]}, index=["North", "South"]
    )
    rows = [each for each in told(frame) if each.startswith("In t")]
    assert rows == ["In t, row North has price 1.5.", "In t, row South has price 2.0."]


def test_secrets_have_no_values() -> None:
    frame = pd.DataFrame({"password": ["hunter2"] * 3, "user": ["joe"] * 3})
    assert "hunter2" not in "\n".join(told(frame))
    assert "hunter2" not in "\n".join(of_series(frame["password"]))


def test_of_many_columns_those_that_the_question_names_come_first() -> None:
    frame = pd.DataFrame(np.ones((10, 500)), columns=[f"c{n}" for n in range(500)])
    lines = told(frame, "What is c321?")
    assert lines[1].startswith("The column c321 of t")
    assert sum(each.startswith("The column") for each in lines) == COLUMNS
    assert "no missing" not in lines[-1]


def test_without_time_only_what_is_cheap() -> None:
    frame = pd.DataFrame({"a": range(10), "b": list("abcdefghij")})
    assert told(frame, seconds=0.0)[1:] == [
        "The column a of t has dtype int64.",
        "The column b of t has dtype str, 10 different values, "
        "for example 'a', 'b', 'c'."
        if pd.__version__ >= "3"
        else "The column b of t has dtype object, 10 different values, "
        "for example 'a', 'b', 'c'.",
    ]


def test_series() -> None:
    totals = pd.Series([1.0, 2.0], index=["North", "South"], name="total")
    assert of_series(totals) == [
        "s is a Series named total of 2 values with dtype float64, mean 1.5, "
        "minimum 1.0, maximum 2.0.",
        "s of North is 1.0.",
        "s of South is 2.0.",
    ]
    assert of_series(pd.Series(dtype=float)) == [
        "s is a Series of 0 values with dtype float64."
    ]
    words = pd.Series([f"w{n}" for n in range(100)], dtype=object)
    assert of_series(words)[-1] == "The first values of s are 'w0', 'w1', 'w2'."


class Hostile(ExtensionDtype):
    name = type = property(fail)  # type: ignore[assignment]
    __str__ = __repr__ = __getattribute__ = fail  # type: ignore[assignment]


class Column:
    dtype = object.__new__(Hostile)

    def __len__(self) -> int:
        return 3


def test_a_dtype_of_the_users_own_is_only_named() -> None:
    found = described("x", Column(), inquiry())
    assert (found.dtype, found.rows, found.summary) == ("Hostile", 3, None)


def test_objects_within_are_not_looked_into() -> None:
    value = type.__call__(hostile())
    frame = pd.DataFrame({"x": pd.Series([value, value], dtype=object)})
    assert told(frame)[:2] == [
        "t is a DataFrame with 2 rows and 1 column: x.",
        "The column x of t has dtype object.",
    ]


def test_labels_that_are_no_names() -> None:
    assert labels(pd.Index([object(), 1]), 5) == ["…", "1"]
    assert labels([1], 5) == []
