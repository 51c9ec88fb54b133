from __future__ import annotations

import sys
import threading
import types
from typing import Any, NoReturn

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_llmchat.kernel.shown_value import LIMIT, shown


def fail(*given: object, **named: object) -> NoReturn:
    raise AssertionError("code of the value's own was run")


class HostileType(type):
    __eq__ = fail  # type: ignore[assignment]
    __hash__ = fail  # type: ignore[assignment]
    __getattribute__ = fail
    __instancecheck__ = fail
    __repr__ = fail  # type: ignore[assignment]


def hostile() -> Any:
    """A class; made in here because pytest looks at all that a module holds."""

    class Hostile(metaclass=HostileType):
        __repr__ = __str__ = __eq__ = __bool__ = fail  # type: ignore[assignment]
        __getattribute__ = __len__ = __iter__ = fail  # type: ignore[assignment]
        __format__ = __class_getitem__ = fail  # type: ignore[assignment]

    return Hostile


class Text(str):
    __repr__ = __str__ = __getitem__ = __len__ = fail  # type: ignore[assignment]


class Row(list[Any]):
    __repr__ = __iter__ = __len__ = fail  # type: ignore[assignment]


PLAIN = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.binary()
)
NESTED = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(PLAIN, inner),
    max_leaves=8,
)


@given(NESTED)
@settings(max_examples=200, deadline=None)
def test_plain_values_look_as_in_python(value: Any) -> None:
    text = shown(value)
    assert len(text) <= LIMIT
    if "…" not in text:
        assert text == repr(value)
    elif repr(value).find("…") < 0:
        assert text[:20].rstrip("…") == repr(value)[: len(text[:20].rstrip("…"))]


@pytest.mark.parametrize(
    "value",
    [set(), frozenset(), {1}, frozenset({1}), (), (1,), (1, 2), [], {}, {"a": [1]}],
    ids=repr,
)
def test_collections(value: Any) -> None:
    assert shown(value).replace("frozenset({1})", "{1}") == repr(value).replace(
        "frozenset({1})", "{1}"
    )


OTHERS = (
    hostile,
    lambda: type.__call__(hostile()),
    lambda: Text("x"),
    Row,
    object,
    lambda: fail,
)


@pytest.mark.parametrize("make", OTHERS, ids=range(len(OTHERS)))
def test_of_other_values_nothing_is_shown_or_run(make: Any) -> None:
    value = make()
    assert shown(value) == ""
    assert shown([1, value, 2]) == "[1, …, 2]"
    assert shown({"a": value}) == "{'a': …}"


@pytest.mark.parametrize(
    "value",
    [
        "x" * 10**8,
        b"x" * 10**7,
        [0] * 10**7,
        [[0]] * 10**7,
        dict.fromkeys(range(10**6)),
    ],
    ids=["str", "bytes", "list", "rows", "dict"],
)
def test_huge_values_are_cut(value: Any) -> None:
    text = shown(value)
    assert len(text) == LIMIT
    assert text.endswith("…")


def test_a_huge_integer_is_not_written_out() -> None:
    assert shown(1 << 100_000_000) == "an integer of 100000001 bits"
    assert shown([-(1 << 600)]) == "[an integer of 601 bits]"


def test_a_value_within_itself() -> None:
    row: list[Any] = [1]
    row.append(row)
    assert shown(row) == "[1, [1, [1, [1, […]]]]]"
    table: dict[str, Any] = {}
    table["a"] = table
    assert shown(table) == "{'a': {'a': {'a': {'a': {…}}}}}"


def test_deeply_nested_values() -> None:
    value: Any = []
    for _ in range(100_000):
        value = [value]
    assert shown(value) == "[[[[[…]]]]]"
    while value:
        value = value[0]


def test_a_value_that_changes_meanwhile() -> None:
    table = {each: each for each in range(50)}
    stop = threading.Event()

    def change() -> None:
        while not stop.is_set():
            table[100] = 1
            del table[100]

    thread = threading.Thread(target=change, daemon=True)
    thread.start()
    try:
        texts = {shown(table)[:8] for _ in range(200)}
    finally:
        stop.set()
        thread.join()
    assert texts <= {"", "{0: 0, 1"}


def test_numbers_and_arrays_of_numpy() -> None:
    assert shown(numpy.float64(0.5)) == "0.5"
    assert shown(numpy.int32(3)) == "3"
    assert shown(numpy.bool_(True)) == "True"
    assert shown(numpy.zeros((1000, 3))) == "ndarray of shape (1000, 3)"
    assert shown([numpy.zeros(2)]) == "[ndarray of shape (2,)]"


class DataFrame:
    __repr__ = __len__ = fail  # type: ignore[assignment]

    def __init__(self, shape: object) -> None:
        self._shape = shape

    @property
    def shape(self) -> object:
        if isinstance(self._shape, Exception):
            raise self._shape
        return self._shape


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((5, 3), "DataFrame of shape (5, 3)"),
        ((5, object()), ""),
        ([5, 3], ""),
        (ValueError("no"), ""),
    ],
)
def test_tables_show_their_shape(
    shape: object, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pandas = types.ModuleType("pandas")
    monkeypatch.setitem(sys.modules, "pandas", pandas)
    assert shown(DataFrame(shape)) == ""
    vars(pandas)["DataFrame"] = DataFrame
    assert shown(DataFrame(shape)) == text
