from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from jupyter_llmchat.kernel.facts.plain import TEXT_CHARS, plain_facts
from tests.kernel.test_shown_value import NESTED, OTHERS, fail

from .inquiries import inquiry


def told(value: Any) -> list[str]:
    return [*plain_facts("x", value, inquiry())]


class Zone(tzinfo):
    utcoffset = dst = tzname = fail  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (None, "x is None."),
        (True, "x is a bool with the value True."),
        (3, "x is an int with the value 3."),
        (0.75, "x is a float with the value 0.75."),
        (1 / 3, "x is a float with the value 0.3333."),
        (2j, "x is a complex with the value 2j."),
        (1 << 10_000, "x is an int with the value an integer of 10001 bits."),
        ("alice", "x is a str with the value 'alice'."),
        (b"abc", "x is a bytes object of 3 bytes."),
        (range(3), "x is range(0, 3)."),
        ([], "x is an empty list."),
        ([1, "a"], "x is a list of 2 items: 1, 'a'."),
        ((1,), "x is a tuple of 1 item: 1."),
        (deque([1]), "x is a deque of 1 item: 1."),
        (
            ["alice", "bob"] * 6,
            "x is a list of 12 items of type str, the first is 'alice', "
            "the last is 'bob'.",
        ),
        ([object()] * 9, "x is a list of 9 items of type object."),
        ([1, "a"] * 9, "x is a list of 18 items, the first is 1, the last is 'a'."),
        (set(), "x is a set of 0 items."),
        ({"b", "a"}, "x is a set of 2 items: 'a', 'b'."),
        (frozenset(range(100)), "x is a frozenset of 100 items."),
        ({}, "x is an empty dict."),
        (Path("data/x.csv"), "x is a Path with the value data/x.csv."),
        (date(2024, 1, 2), "x is a date with the value 2024-01-02."),
        (timedelta(1), "x is a timedelta with the value 1 day, 0:00:00."),
        (
            datetime(2024, 1, 2, tzinfo=UTC),
            "x is a datetime with the value 2024-01-02 00:00:00+00:00.",
        ),
        (Decimal("1.5"), "x is a Decimal with the value 1.5."),
        (Fraction(1, 3), "x is a Fraction with the value 1/3."),
        (
            UUID(int=1),
            "x is a UUID with the value 00000000-0000-0000-0000-000000000001.",
        ),
        (np.float64(0.5), "x is a float64 with the value 0.5."),
        (pd.Timestamp("2024-01-02"), "x is a Timestamp with the value 2024-01-02."),
    ],
    ids=str,
)
def test_values(value: Any, line: str) -> None:
    assert told(value) == [line]


def test_long_text() -> None:
    (line,) = told("a" * 5000)
    assert line.startswith("x is a str of 5000 characters, beginning with 'aaa")
    assert len(line) < TEXT_CHARS + 100


def test_dicts() -> None:
    assert told({"lr": 0.1, "deep": {"a": [1]}, "token": "hunter2", 3: object()}) == [
        "x is a dict with 4 keys: lr, deep, token, 3.",
        "x['lr'] is 0.1.",
        "x['deep'] is {'a': [1]}.",
    ]
    assert told(Counter("aab"))[0] == "x is a Counter with 2 keys: a, b."
    assert told(OrderedDict(a=1))[1] == "x['a'] is 1."
    groups: defaultdict[str, list[int]] = defaultdict(list, a=[1])
    assert told(groups)[0] == "x is a defaultdict with 1 key: a."
    assert len(groups) == 1
    assert told(dict.fromkeys(range(100)))[0].endswith(" and 92 more.")


@pytest.mark.parametrize(
    "zone", [timezone(timedelta(hours=1)), ZoneInfo("Europe/Vienna"), None]
)
def test_dates_in_known_time_zones(zone: tzinfo | None) -> None:
    assert told(datetime(2024, 1, 2, 3, tzinfo=zone))


def test_dates_in_other_time_zones_are_left_alone() -> None:
    assert told(datetime(2024, 1, 2, tzinfo=Zone())) == []


@pytest.mark.parametrize("make", OTHERS, ids=range(len(OTHERS)))
def test_of_other_values_nothing_is_said_or_run(make: Any) -> None:
    value = make()
    assert told(value) == []
    assert all("…" in each or "list" in each for each in told([value, 1]))


@given(NESTED)
@settings(max_examples=200, deadline=None)
def test_any_plain_value(value: Any) -> None:
    lines = told(value)
    assert lines
    assert all(each.startswith("x") and each.endswith(".") for each in lines)
    assert sum(map(len, lines)) < 5000
