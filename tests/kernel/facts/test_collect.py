from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import pandas as pd

from jupyter_llmchat.kernel.cell_graph import Cell, CellGraph
from jupyter_llmchat.kernel.cell_names import names_in
from jupyter_llmchat.kernel.facts.collect import CHARS, FACTS, VARIABLES, variables
from jupyter_llmchat.protocol.requests import ContextPart

from .inquiries import inquiry


def told(
    namespace: dict[Any, Any],
    *sources: str,
    question: str = "",
    hidden: dict[str, Any] | None = None,
) -> tuple[ContextPart, ...]:
    cells = [Cell(number, names_in(each)) for number, each in enumerate(sources, 1)]
    return variables(
        namespace, hidden or {}, cells, CellGraph(cells), inquiry(question)
    )


def names(parts: tuple[ContextPart, ...]) -> list[str]:
    return [each.name for each in parts]


def test_a_part_for_each_variable_with_a_fact_a_line() -> None:
    parts = told({"x": 3, "y": 6}, "x = 3", "y = x * 2")
    assert parts == (
        ContextPart(
            kind="variables",
            name="y",
            text="y is an int with the value 6.\nCell 2 sets y to x * 2.",
        ),
        ContextPart(kind="variables", name="x", text="x is an int with the value 3."),
    )


def test_what_was_set_or_changed_last_comes_first() -> None:
    namespace = {"a": [1], "b": 1, "c": 1, "unknown": 1}
    parts = told(namespace, "a = []", "b = 1\nc = 1", "a.append(1)")
    assert names(parts) == ["a", "c", "b", "unknown"]


def test_what_is_not_the_users_is_left_out() -> None:
    own = object()
    namespace = {
        "_": 1,
        "_private": 1,
        "__name__": "x",
        "exit": own,
        "In": [],
        7: 1,
        "x": 1,
    }
    assert names(told(namespace, hidden={"exit": own, "In": []})) == ["x", "In"]


def test_those_that_a_question_names_stay_then_tables_then_the_newest() -> None:
    namespace: dict[str, Any] = {f"x{n}": n for n in range(2 * VARIABLES)}
    namespace = {"table": pd.DataFrame({"a": [1]}), "math": math, **namespace}
    found = names(told(namespace, question="What is x3?"))
    assert len(found) == VARIABLES
    assert {"x3", "table", f"x{2 * VARIABLES - 1}"} <= {*found}
    assert "math" not in found and "x4" not in found


def test_a_table_is_found_by_its_columns() -> None:
    tables = {f"t{n}": pd.DataFrame({f"c{n}": [1]}) for n in range(2 * VARIABLES)}
    assert "t3" in names(told(tables, question="What is the mean of c3?"))
    assert "t3" not in names(told(tables, question="What is the mean of x3?"))


def test_there_are_not_too_many_facts() -> None:
    table = pd.DataFrame({f"column {n}": range(9) for n in range(30)})
    namespace = {f"t{n}": table for n in range(VARIABLES)}
    parts = told(namespace)
    assert sum(len(each.text.splitlines()) for each in parts) <= FACTS
    assert sum(len(each.text) for each in parts) <= CHARS
    long = told({f"s{n}": "x y " * 60 for n in range(VARIABLES)})
    assert sum(len(each.text) for each in long) <= CHARS


CHECK = """
import sys
from jupyter_llmchat.kernel import notebook_context
from jupyter_llmchat.kernel.facts import collect
heavy = {"numpy", "pandas", "polars", "sklearn", "duckdb", "IPython"}
print(sorted(heavy & {*sys.modules}))
"""


def test_no_library_is_imported_for_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHECK], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[]", done.stderr
