from __future__ import annotations

import sys
import types
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.linear_model import Ridge

from jupyter_llmchat.kernel.facts.inquiry import Memory
from jupyter_llmchat.kernel.facts.variable import (
    FACTS,
    FEW,
    column_names,
    facts,
    is_rich,
)
from tests.kernel.test_shown_value import OTHERS, fail

from .inquiries import inquiry


@pytest.mark.parametrize(
    ("value", "begins"),
    [
        (pd.DataFrame({"a": [1]}), "x is a DataFrame with 1 row"),
        (pd.Series([1]), "x is a Series of 1 value"),
        (pl.DataFrame({"a": [1]}), "x is a polars DataFrame"),
        (pl.Series([1]), "x is a polars Series"),
        (pl.LazyFrame(), "x is a polars LazyFrame"),
        (np.zeros(3), "x is an ndarray"),
        (duckdb.connect(), "x is a DuckDB connection"),
        (duckdb.connect().sql("SELECT 1 AS a"), "x is a DuckDB relation"),
        (Ridge(), "x is a Ridge, not fitted yet"),
        (np, "x is the module numpy, version "),
        (fail, "x is a function of the module tests."),
        (len, "x is a built-in function."),
        (dict, "x is a class."),
        (3, "x is an int with the value 3."),
        (object(), "x is an object of the class object."),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_the_first_fact_of_each_kind(value: Any, begins: str) -> None:
    assert facts("x", value, inquiry())[0].startswith(begins)


@pytest.mark.parametrize("make", OTHERS, ids=range(len(OTHERS)))
def test_of_hostile_values_only_the_class_is_told(make: Any) -> None:
    (line,) = facts("x", make(), inquiry())
    assert line.startswith("x is a")


def test_what_the_cells_say_comes_last() -> None:
    assert facts("x", 3, inquiry(), ("Cell 2 sets x to 1 + 2.",)) == (
        "x is an int with the value 3.",
        "Cell 2 sets x to 1 + 2.",
    )
    told = ("Cell 1 defines the function f().",)
    assert facts("f", facts, inquiry(), told) == told
    assert facts("A", Memory, inquiry(), told) == told


def test_secrets() -> None:
    assert facts("api_key", "hunter2", inquiry()) == (
        "api_key is a str; its value is not shown.",
    )
    assert facts("x", "sk-" + "a1B2" * 8, inquiry()) == (
        "x is a str with the value '…'.",
    )
    told = ('Cell 1 sets x to login(password="hunter2").',)
    assert "hunter2" not in "".join(facts("x", 3, inquiry(), told))


def test_a_value_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        shape = property(fail)

    Broken.__name__ = "DataFrame"
    pandas = types.ModuleType("pandas")
    vars(pandas)["DataFrame"] = Broken
    monkeypatch.setitem(sys.modules, "pandas", pandas)
    assert facts("x", Broken(), inquiry()) == (
        "x is an object of the class DataFrame.",
    )


def test_a_fact_is_one_line_and_there_are_not_many() -> None:
    lines = facts("x", {"a\nb": "c\u2028d\ne"}, inquiry())
    assert not any("\n" in each for each in lines)
    assert all(each.isprintable() for each in lines)
    many = pd.DataFrame(np.ones((5, 8)))
    assert len(facts("x", many, inquiry())) <= FACTS


def test_without_time_what_was_found_before_is_told_again() -> None:
    memory = Memory()
    frame = pd.DataFrame(np.ones((20, 20)))
    late = inquiry(seconds=0.0, memory=memory)
    assert len(facts("x", frame, late)) == FEW
    full = facts("x", frame, inquiry(memory=memory))
    assert len(full) > FEW
    assert facts("x", frame, late) == full
    assert len(facts("x", frame.copy(), late)) == FEW


def test_rich_values() -> None:
    assert is_rich(np.zeros(1)) and is_rich(Ridge())
    assert not is_rich(3) and not is_rich(len)


def test_column_names() -> None:
    assert column_names(pd.DataFrame({"a": [], "b": []})) == ["a", "b"]
    assert column_names(pl.DataFrame({"a": []})) == ["a"]
    assert column_names(duckdb.connect().sql("SELECT 1 AS id")) == ["id"]
    assert column_names([1]) == []
