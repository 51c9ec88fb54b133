from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from jupyter_llmchat.kernel import for_sidebar

MODULE = "__import__('jupyter_llmchat.kernel.for_sidebar', fromlist=['_'])"


@pytest.fixture
def ipython(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    config = Config({"HistoryManager": {"enabled": False}})
    shell = InteractiveShell(config=config, ipython_dir=str(tmp_path))
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: shell)
    return shell


def run(shell: InteractiveShell, source: str) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        shell.run_cell(source, store_history=True)


def asked(shell: InteractiveShell, call: str) -> dict[str, Any]:
    """As the sidebar asks, and reads the answer."""
    answer = shell.user_expressions({"_": f"{MODULE}.{call}"})["_"]
    assert answer["status"] == "ok", answer
    content = answer["data"]["application/json"]
    assert isinstance(content, dict)
    return content


def told(shell: InteractiveShell, **given: Any) -> dict[str, str]:
    parts = asked(shell, f"variables({json.dumps(given)!r})")["parts"]
    assert {each["kind"] for each in parts} <= {"variables"}
    return {each["name"]: each["text"] for each in parts}


def test_facts_about_all_variables(ipython: InteractiveShell) -> None:
    run(ipython, "limit = 0.75\napi_token = 'hunter2hunter2'")
    found = told(ipython, question="What is the limit?")
    assert found["limit"] == "limit is a float with the value 0.75."
    assert "hunter2" not in str(found)


def test_facts_about_the_named_ones_only(ipython: InteractiveShell) -> None:
    run(ipython, "a = 1\nb = 2")
    assert [*told(ipython, names=["b", "none"])] == ["b"]


def test_a_new_value_is_told_after_the_next_cell(ipython: InteractiveShell) -> None:
    run(ipython, "a = 1")
    assert "value 1" in told(ipython)["a"]
    run(ipython, "a = 2")
    assert "value 2" in told(ipython)["a"]


def test_names_with_their_types(ipython: InteractiveShell) -> None:
    run(ipython, "a = 1\n_private = 2\nb = 'x'")
    assert asked(ipython, "names()")["names"] == [
        {"name": "b", "type": "str"},
        {"name": "a", "type": "int"},
    ]


@pytest.fixture
def untouched(ipython: InteractiveShell) -> Iterator[InteractiveShell]:
    run(ipython, "a = 1")
    before = dict(ipython.user_ns)
    number = ipython.execution_count
    yield ipython
    assert ipython.user_ns == before
    assert ipython.execution_count == number


def test_nothing_is_left_in_the_kernel(untouched: InteractiveShell) -> None:
    told(untouched)
    asked(untouched, "names()")


def test_code_of_values_does_not_run(ipython: InteractiveShell) -> None:
    run(
        ipython,
        "class Trap:\n"
        "    def __getattribute__(self, name): raise SystemExit(name)\n"
        "    def __repr__(self): raise SystemExit\n"
        "trap = Trap()",
    )
    assert "trap" in told(ipython)
    assert {"name": "trap", "type": "Trap"} in asked(ipython, "names()")["names"]


def test_without_a_shell_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: None)
    with pytest.raises(RuntimeError, match="no IPython shell"):
        for_sidebar.names()
