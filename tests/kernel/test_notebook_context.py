from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_llmchat.kernel.cell_log import (
    CELL_CHARS,
    KEPT_CHARS,
    TOTAL_CHARS,
    only_asks_us,
)
from jupyter_llmchat.kernel.notebook_context import NotebookContext
from jupyter_llmchat.protocol.requests import ContextPart


class History:
    """Stands for IPython's: cells by number, results by number."""

    def __init__(self) -> None:
        self.input_hist_raw = [""]
        self.output_hist: dict[int, Any] = {}

    @property
    def history_manager(self) -> History:
        return self

    def run(self, source: str, *result: Any) -> None:
        for each in result:
            self.output_hist[len(self.input_hist_raw)] = each
        self.input_hist_raw.append(source)


@pytest.fixture
def shell() -> History:
    return History()


@pytest.fixture
def context(shell: History) -> NotebookContext:
    return NotebookContext(shell)


def parts(context: NotebookContext) -> tuple[ContextPart, ...]:
    context.note()
    return context.parts()


def told(context: NotebookContext) -> list[tuple[str, str]]:
    return [(each.name, each.text) for each in parts(context)]


def test_cells_with_their_results_in_the_order_in_which_they_ran(
    shell: History, context: NotebookContext
) -> None:
    shell.run("import math")
    shell.run("\nx = 3\nmath.sqrt(x)\n", 1.5)
    assert parts(context) == (
        ContextPart(kind="notebook", name="In [1]", text="import math"),
        ContextPart(
            kind="notebook", name="In [2]", text="x = 3\nmath.sqrt(x)\nOut: 1.5"
        ),
    )


def test_new_cells_are_appended_and_the_others_stay_as_they_were(
    shell: History, context: NotebookContext
) -> None:
    row = [1]
    shell.run("row", row)
    first = parts(context)
    row.append(2)
    shell.run("row.append(2)")
    assert parts(context)[0] is first[0]


def test_a_result_is_the_one_that_was_noted(
    shell: History, context: NotebookContext
) -> None:
    row = [1]
    shell.run("row", row)
    context.note()
    row.append(2)
    assert [each.text for each in context.parts()] == ["row\nOut: [1]"]


def test_a_cell_that_is_still_running_is_not_told(
    shell: History, context: NotebookContext
) -> None:
    shell.run("x = 1")
    context.note()
    shell.run("x")
    assert len(context.parts()) == 1


def test_a_cell_that_runs_again_goes_to_the_end(
    shell: History, context: NotebookContext
) -> None:
    for source in ("a = 1", "b = 2", "c = 3", "b = 2"):
        shell.run(source)
        parts(context)
    assert [each[0] for each in told(context)] == ["In [1]", "In [3]", "In [4]"]
    late = NotebookContext(shell)
    assert parts(late) == parts(context)


def test_the_last_cell_run_again_changes_nothing(
    shell: History, context: NotebookContext
) -> None:
    shell.run("a = 1")
    shell.run("f(a)", 2)
    before = parts(context)
    shell.run("f(a)", 2)
    assert parts(context) == before
    shell.run("f(a)", 3)
    assert told(context)[1:] == [("In [4]", "f(a)\nOut: 3")]


@pytest.mark.parametrize(
    "source",
    [
        "%%chat\nWhy?",
        "\n %%llmchat -s tea\nWhy?",
        "%%chat?",
        "%load_ext jupyter_llmchat",
        "%reload_ext jupyter_llmchat  # again\n\n%chat sessions",
    ],
)
def test_cells_that_only_ask_us_are_left_out(
    source: str, shell: History, context: NotebookContext
) -> None:
    assert only_asks_us(source)
    shell.run(source)
    assert parts(context) == ()


@pytest.mark.parametrize(
    "source",
    [
        "%%chatter\nx",
        "%%time\nf()",
        "%load_ext jupyter_llmchat\nimport math",
        "%load_ext autoreload",
        "_chat.text",
        "x % chat",
        "# %%chat",
    ],
)
def test_other_magics_are_cells_as_any(source: str) -> None:
    assert not only_asks_us(source)


@pytest.mark.parametrize("source", ["", "  \n\t"])
def test_empty_cells_say_nothing(
    source: str, shell: History, context: NotebookContext
) -> None:
    shell.run(source)
    assert parts(context) == ()


def test_secrets_stay_here(shell: History, context: NotebookContext) -> None:
    shell.run('api_key = "hunter2"\nprint(1)')
    shell.run("api_key", "hunter2")
    shell.run("config", {"password": "hunter2", "user": "joe"})
    assert told(context) == [
        ("In [1]", 'api_key = "…"\nprint(1)'),
        ("In [2]", "api_key"),
        ("In [3]", "config\nOut: {'password': \"…\", 'user': 'joe'}"),
    ]


def test_values_that_cannot_be_shown(shell: History, context: NotebookContext) -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError

    shell.run("x", Broken())
    shell.run("y", None)
    assert told(context) == [("In [1]", "x"), ("In [2]", "y\nOut: None")]


def test_reset_begins_anew(shell: History, context: NotebookContext) -> None:
    for number in range(3):
        shell.run(f"x = {number}")
    parts(context)
    shell.input_hist_raw[:] = [""]
    assert parts(context) == ()
    shell.run("y = 1")
    assert told(context) == [("In [1]", "y = 1")]


def test_a_long_cell_is_cut_at_a_line(shell: History, context: NotebookContext) -> None:
    shell.run("x = 1\n" * CELL_CHARS)
    shell.run("y" * 2 * CELL_CHARS)
    lines, one = (text for _, text in told(context))
    assert CELL_CHARS - 10 < len(lines) <= CELL_CHARS + 2
    assert lines.endswith("x = 1\n…")
    assert one == "y" * CELL_CHARS + "\n…"


def test_the_oldest_are_forgotten_several_at_once(
    shell: History, context: NotebookContext
) -> None:
    starts = []
    for number in range(200):
        shell.run(f"x = {number}  # " + "x" * 500)
        now = parts(context)
        assert now[-1].name == f"In [{number + 1}]"
        assert sum(len(each.text) for each in now) <= TOTAL_CHARS
        starts.append(now[0].name)
    changes = sum(one != other for one, other in itertools.pairwise(starts))
    assert 10 < changes < 20
    assert sum(len(each.text) for each in now) > KEPT_CHARS / 2


def test_as_many_tiny_cells_as_a_request_may_have(
    shell: History, context: NotebookContext
) -> None:
    for number in range(2000):
        shell.run(chr(0x4E00 + number))
    assert 200 < len(parts(context)) <= 300


@given(st.lists(st.text("ab\n %#'\"\\\ud800\x00", max_size=20), max_size=20))
@settings(max_examples=200, deadline=None)
def test_any_cells_are_taken(sources: list[str]) -> None:
    shell = History()
    stepwise = NotebookContext(shell)
    for source in sources:
        shell.run(source, source)
        parts(stepwise)
    assert parts(stepwise) == parts(NotebookContext(shell))
    names = [int(each.name[4:-1]) for each in parts(stepwise)]
    assert names == sorted(set(names))
