from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_llmchat.kernel.expression import LONGEST, Unresolved, value_of


@dataclass
class Point:
    x: int = 3


class Slotted:
    __slots__ = ("y",)

    def __init__(self) -> None:
        self.y = 4


class Hostile:
    """Whoever looks into it runs its code."""

    @property
    def cost(self) -> int:
        raise AssertionError("a property was asked")

    def __getattr__(self, name: str) -> Any:
        raise AssertionError("an attribute was asked")

    def __getitem__(self, key: object) -> Any:
        raise AssertionError("an item was asked")

    def __add__(self, other: object) -> Any:
        raise AssertionError("it was added to")

    def __eq__(self, other: object) -> bool:
        raise AssertionError("it was compared")

    __hash__ = None  # type: ignore[assignment]


class HostileList(list[int]):
    def __getitem__(self, key: Any) -> Any:
        raise AssertionError("an item was asked")


class HostileMeta(type):
    def __eq__(cls, other: object) -> bool:
        raise AssertionError("the class was compared")

    __hash__ = type.__hash__


class OfHostileMeta(metaclass=HostileMeta):
    pass


NAMES: dict[str, Any] = {
    "x": 20,
    "half": 0.5,
    "word": "tea",
    "numbers": [1, 2, 3],
    "table": {"a": {"b": [5, 6]}, 7: "seven"},
    "point": Point(),
    "slotted": Slotted(),
    "array": np.arange(6).reshape(2, 3),
    "frame": pd.DataFrame({"price": [1.5, 2.5]}),
    "math": math,
    "hostile": Hostile(),
    "listed": HostileList([1]),
    "meta": OfHostileMeta(),
    "key": "a",
    "large": 1 << 10_000,
}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("x", 20),
        (" x ", 20),
        ("-x + 2 * half", -19.0),
        ("x // 3 % 4", 2),
        ("numbers[0]", 1),
        ("numbers[-1]", 3),
        ("numbers[1:]", [2, 3]),
        ("table['a']['b'][1]", 6),
        ("table[key]['b']", [5, 6]),
        ("table[7]", "seven"),
        ("word[0]", "t"),
        ("point.x", 3),
        ("slotted.y", 4),
        ("math.pi", math.pi),
        ("array.shape", (2, 3)),
        ("array[1, 2]", 5),
        ("frame.shape", (2, 1)),
        ("frame['price'].iloc[1]", 2.5),
        ("frame.loc[0, 'price']", 1.5),
    ],
)
def test_what_has_a_value(source: str, value: object) -> None:
    assert value_of(source, NAMES) == value


@pytest.mark.parametrize(
    "source",
    [
        *("", " ", "y", "1", "'x'", "x!r", "x:.2f", "x=", "a b", "return x"),
        *("len(x)", "x()", "word.upper()", "[x]", "{x}", "(x, x)", "x if x else 1"),
        *("x ** 2", "x << 9", "x @ x", "not x", "~x", "x < 1", "x and x", "lambda: x"),
        *(
            "numbers[9]",
            "table['z']",
            "x / 0",
            "numbers + numbers",
            "word * 3",
            "x.real",
        ),
        *("word.__class__", "point.__dict__", "point.z", "point.__init__", "x[0]"),
        *("hostile.cost", "hostile.x", "hostile[0]", "hostile + 1", "listed[0]"),
        *("meta[0]", "meta + 1", "large + 1", "numbers[large]", "math.sin(x)"),
        *("table[[1]]", "f'{x}'", "(x := 1)", "*x", "await x", "x" * (LONGEST + 1)),
        "x" + ".x" * 90,
        "-" * 150 + "x",
    ],
)
def test_what_has_none(source: str) -> None:
    with pytest.raises(Unresolved):
        value_of(source, NAMES)


@given(
    st.text(max_size=60) | st.text("xhostile.[]+-*/%(){}'\"0123456789 ,:", max_size=40)
)
def test_no_text_gives_another_error(source: str) -> None:
    with contextlib.suppress(Unresolved):
        value_of(source, NAMES)
