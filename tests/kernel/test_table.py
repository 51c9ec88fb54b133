from __future__ import annotations

import pytest

from jupyter_llmchat.kernel.table import cut, table, width


def test_columns_stand_under_each_other() -> None:
    rows = [("a", "1"), ("long", "1234"), ("漢字", "12")]
    assert table(("NAME", "N"), rows, right=("N",)).splitlines() == [
        "NAME     N",
        "a        1",
        "long  1234",
        "漢字    12",
    ]


def test_without_rows_there_are_the_headings() -> None:
    assert table(("A", "B"), []) == "A  B"


def test_a_cell_is_one_line_that_steers_nothing() -> None:
    assert table(("A",), [("x\ny\x1b[2J",)]).splitlines() == ["A", "x y␛[2J"]


@pytest.mark.parametrize(
    ("text", "places", "shown"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("漢字漢字", 5, "漢字…"),
        ("a b\nc", 9, "a b c"),
        ("e\u0301" * 3, 3, "e\u0301" * 3),
    ],
)
def test_cut(text: str, places: int, shown: str) -> None:
    assert cut(text, places) == shown
    assert width(shown) <= places
