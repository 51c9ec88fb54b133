from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_llmchat.kernel.cell_graph import Cell, CellGraph, asks_for
from jupyter_llmchat.kernel.cell_names import names_in


def graph(*sources: str) -> CellGraph:
    return CellGraph([Cell(n, names_in(each)) for n, each in enumerate(sources, 1)])


NOTEBOOK = graph(
    "import pandas as pd",
    "sales = pd.read_csv('sales.csv')",
    "limit = 3",
    "def margin(row): return row.price - limit",
    "sales['Net Margin'] = sales.apply(margin)",
    "other = 1",
    "print(other)",
)


@pytest.mark.parametrize(
    ("question", "cells"),
    [
        ("What is in sales?", [5, 2, 1, 4, 3]),
        ("What does the function margin do?", [4, 3]),
        ("How is net margin computed?", [4, 5, 2, 1, 3]),
        ("Explain cell 3.", [3]),
        ("What is in In [6]?", [6]),
        ("What is Out[7]?", [7, 6]),
        ("What is limits?", []),
        ("Who was Ada Lovelace?", []),
        ("", []),
    ],
)
def test_the_cells_that_a_question_is_about(question: str, cells: list[int]) -> None:
    found = [place + 1 for place in NOTEBOOK.needed(question)]
    assert sorted(found) == sorted(cells)
    assert found[:1] == cells[:1]


def test_a_name_is_where_it_was_set_last() -> None:
    found = graph("x = 1", "x = 2", "y = x", "del x", "x", "x = 5")
    assert found.needs(2) == {1}
    assert found.needs(4) == frozenset()
    assert found.makers["x"] == [5]


def test_what_was_changed_since_comes_along() -> None:
    found = graph("a = []", "a.append(1)", "b = a", "a = 2", "c = a")
    assert found.needs(1) == {0}
    assert found.needs(2) == {0, 1}
    assert found.needs(4) == {3}


def test_a_module_is_not_changed_by_who_uses_it() -> None:
    found = graph("import matplotlib.pyplot as plt", "plt.clear()", "plt.plot()")
    assert found.needs(2) == {0}


def test_a_deleted_name_has_no_cell() -> None:
    assert "x" not in graph("x = 1", "del x").makers


@pytest.mark.parametrize(
    ("question", "name", "is_in"),
    [
        ("What is the Net Margin?", "net margin", True),
        ("Which regions?", "region", False),
        ("mean of c1 and c12", "c2", False),
        ("(price)", "price", True),
        ("What is x?", "x", False),
        ("a+b costs", "a+b", True),
        ("x", "", False),
    ],
)
def test_asking_for_a_column(question: str, name: str, is_in: bool) -> None:
    assert asks_for(question, name) == is_in


SOURCES = st.sampled_from(
    ["a = b", "b = c", "c = 1", "del a", "a['c'] = b", "b += a", "import c", "((", "%x"]
)


@given(st.lists(SOURCES, max_size=12), st.text("abc cell123", max_size=10))
@settings(max_examples=200, deadline=None)
def test_dependencies_are_earlier_and_complete(sources: list[str], asked: str) -> None:
    found = graph(*sources)
    for place in range(len(sources)):
        assert all(each < place for each in found.needs(place))
    needed = found.needed(asked)
    assert len({*needed}) == len(needed)
    assert all(found.needs(each) <= {*needed} for each in needed)
