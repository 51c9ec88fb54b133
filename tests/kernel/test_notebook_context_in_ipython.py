from __future__ import annotations

import contextlib
import gc
import io
import sys
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from jupyter_llmchat.kernel.notebook_context import NotebookContext
from jupyter_llmchat.protocol.requests import ContextPart

from .test_shown_value import OTHERS


@pytest.fixture
def ipython(tmp_path: Path) -> Iterator[InteractiveShell]:
    config = Config({"HistoryManager": {"enabled": False}})
    last = getattr(sys, "last_value", None)
    yield InteractiveShell(config=config, ipython_dir=str(tmp_path))
    sys.last_value = last


@pytest.fixture
def live(ipython: InteractiveShell) -> NotebookContext:
    # Its clock stands still: how busy the machine is decides nothing.
    context = NotebookContext(ipython, {}, clock=lambda: 0.0)
    ipython.events.register("pre_run_cell", context.begin)
    ipython.events.register("post_run_cell", context.note)
    return context


def run(shell: InteractiveShell, source: str) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        shell.run_cell(source, store_history=True)


def of_kind(parts: Sequence[ContextPart], kind: str) -> dict[str, str]:
    return {each.name: each.text for each in parts if each.kind == kind}


def test_cells_facts_and_what_the_cells_say(
    ipython: InteractiveShell, live: NotebookContext
) -> None:
    run(ipython, "import pandas as pd\nlimit = 0.75")
    run(ipython, "def double(x):\n    return 2 * x")
    run(ipython, "sales = pd.DataFrame({'price': [1.0, 2.0, 6.0]})")
    run(ipython, "sales['twice'] = double(sales.price)")
    found = live.parts("What is the mean price?")
    assert [each.kind for each in found] == ["notebook"] * 4 + ["variables"] * 4
    about = of_kind(found, "variables")
    assert [*about] == ["sales", "double", "limit", "pd"]
    assert about["limit"] == "limit is a float with the value 0.75."
    assert about["double"] == (
        "Cell 2 defines the function double(x), which returns 2 * x."
    )
    lines = about["sales"].splitlines()
    assert lines[0] == "sales is a DataFrame with 3 rows and 2 columns: price, twice."
    assert any("price of sales has dtype float64, mean 3.0" in each for each in lines)
    assert lines[-1] == "Cell 4 sets sales['twice'] to double(sales.price)."
    assert live.preview("What is the mean price?") == found


def test_names_that_are_private_or_ipythons_own_are_never_told(
    ipython: InteractiveShell, live: NotebookContext
) -> None:
    run(ipython, "_mine = 3\n_mine")
    assert of_kind(live.parts(), "variables") == {}


def test_values_are_those_of_this_moment(
    ipython: InteractiveShell, live: NotebookContext
) -> None:
    run(ipython, "rows = [1]")
    live.parts()
    ipython.user_ns["rows"].append(2)
    assert "2 items" in of_kind(live.parts(), "variables")["rows"]


def test_the_error_of_the_last_cell(
    ipython: InteractiveShell, live: NotebookContext
) -> None:
    run(ipython, "def ratio(x):\n    return 1 / x")
    run(ipython, "ratio(0)")
    error = {
        "in In [2]": "ZeroDivisionError: division by zero\n"
        "In [2], line 1: ratio(0)\n"
        "In [1], line 2, in ratio: return 1 / x"
    }
    assert live.parts()[-1].kind == "error"
    assert of_kind(live.parts(), "error") == error
    assert [each.name for each in live.cells_of_last_error()] == ["In [1]", "In [2]"]
    run(ipython, "%%chat\nWhy?")
    assert of_kind(live.parts(), "error") == error
    run(ipython, "x = 1")
    assert of_kind(live.parts(), "error") == {}
    last = live.last_error()
    assert last is not None and last.text == error["in In [2]"]


def test_a_cell_that_is_not_python_fails_too(
    ipython: InteractiveShell, live: NotebookContext
) -> None:
    run(ipython, "x = = 1")
    (text,) = of_kind(live.parts(), "error").values()
    assert text == "SyntaxError: invalid syntax\nIn [1], line 1: x = = 1"


def test_stopping_a_cell_is_no_error(
    ipython: InteractiveShell, live: NotebookContext
) -> None:
    run(ipython, "raise KeyboardInterrupt")
    assert of_kind(live.parts(), "error") == {}
    assert live.last_error() is None
    assert live.cells_of_last_error() == ()


class Result:
    """Stands for IPython's, of a cell that has failed."""

    info = SimpleNamespace(raw_cell="fail()")
    error_before_exec = None

    def __init__(self, error: BaseException) -> None:
        self.error_in_exec = error


def test_what_the_user_has_is_freed_when_the_user_frees_it(
    ipython: InteractiveShell, live: NotebookContext
) -> None:
    result = Result(ValueError("no"))
    watched = weakref.ref(result)
    live.note(result)
    live.parts()
    del result
    gc.collect()
    assert watched() is None
    last = live.last_error()
    assert last is not None and last.text == "ValueError: no"


def test_without_results_of_cells_the_shells_last_one_counts(
    ipython: InteractiveShell,
) -> None:
    context = NotebookContext(ipython)
    run(ipython, "1 / 0")
    context.note()
    assert of_kind(context.parts(), "error")
    run(ipython, "x = 1")
    context.note()
    assert not of_kind(context.parts(), "error")


def test_nothing_is_read_while_a_cell_runs(
    ipython: InteractiveShell, live: NotebookContext
) -> None:
    run(ipython, "x = 1")
    assert live.parts_between_cells() == live.parts()
    live.begin()
    assert live.parts_between_cells() is None
    assert live.parts() != ()
    run(ipython, "y = 1")
    assert live.parts_between_cells() is not None


def test_a_cell_that_begins_meanwhile_ends_the_reading() -> None:
    class Names(dict[str, Any]):
        def items(self) -> Any:
            context.begin()
            return super().items()

    history = SimpleNamespace(input_hist_raw=[""], output_hist={})
    shell = SimpleNamespace(history_manager=history, user_ns=Names(x=1))
    context = NotebookContext(shell)
    assert context.parts_between_cells() is None


def test_secrets_of_the_environment_and_those_that_come_later(
    ipython: InteractiveShell,
) -> None:
    environment = {"SOME_TOKEN": "correct horse"}
    context = NotebookContext(ipython, environment, clock=lambda: 0.0)
    run(ipython, "a = 'correct horse'\nb = 'battery staple'")
    context.note()
    first = "\n".join(each.text for each in context.parts())
    assert "correct horse" not in first and "battery staple" in first
    environment["OTHER_SECRET"] = "battery staple"
    second = "\n".join(each.text for each in context.parts())
    assert "correct horse" not in second and "battery staple" not in second


def test_secrets_in_every_place_stay_here(
    ipython: InteractiveShell, live: NotebookContext
) -> None:
    secret = "sk-" + "Ab3d" * 8
    run(ipython, f"key = {secret!r}\nrows = [key] * 3\ntable = {{'k': key}}")
    run(ipython, "def f(a=" + repr(secret) + "): return a")
    run(ipython, "import pandas as pd\nframe = pd.DataFrame({'a': rows})")
    run(
        ipython,
        "class Box:\n    def __init__(self): self.inner = key\nbox = Box()\nkey",
    )
    run(ipython, "raise ValueError(key)")
    parts = live.parts(f"What is {secret}?")
    assert "error" in {each.kind for each in parts}
    assert not [each for each in parts if secret in each.text or secret in each.name]


def test_a_request_never_has_too_many_parts(
    ipython: InteractiveShell, live: NotebookContext
) -> None:
    for number in range(400):
        ipython.history_manager.input_hist_raw.append(f"x{number}=1")
        ipython.user_ns[f"x{number}"] = 1
    run(ipython, "1 / 0")
    question = " ".join(f"x{number}" for number in range(400))
    assert len(live.parts(question)) <= 500


@pytest.mark.parametrize("make", OTHERS, ids=range(len(OTHERS)))
def test_hostile_values(
    make: Any, ipython: InteractiveShell, live: NotebookContext
) -> None:
    ipython.user_ns["value"] = make()
    run(ipython, "x = 1")
    assert of_kind(live.parts("What is value?"), "variables")["value"]
