from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from jupyter_llmchat.kernel.panel.shell import Shell

from .server_double import LONG_S


@pytest.fixture
def ipython(tmp_path: Path) -> Iterator[Any]:
    config = Config()
    config.HistoryManager.enabled = False
    yield InteractiveShell(config=config, ipython_dir=str(tmp_path))


def test_no_shell_at_all() -> None:
    shell = Shell(None, lambda: None)
    assert shell.context("Why?") == ()
    assert not shell.into_cell("x")
    shell.close()


def test_the_cells_that_have_run_go_along(ipython: Any) -> None:
    shell = Shell(ipython, lambda: None)
    ipython.run_cell("price = 12", store_history=True)
    parts = shell.context("What is the price?")
    assert any("price = 12" in part.text for part in parts)
    shell.close()


def test_code_goes_below_the_cell_that_runs(ipython: Any) -> None:
    shell = Shell(ipython, lambda: None)
    put: list[str] = []
    ipython.set_next_input = lambda code, replace: put.append(code)
    assert shell.into_cell("one")
    ipython.run_cell("1")
    assert not shell.into_cell("two")
    ipython.push({"shell": shell})
    ipython.run_cell("shell.into_cell('three')")
    assert put == ["one", "three"]
    shell.close()


def test_nothing_is_listened_to_after_the_end(ipython: Any) -> None:
    before = {name: [*hooks] for name, hooks in ipython.events.callbacks.items()}
    shell = Shell(ipython, lambda: None)
    shell.close()
    shell.close()
    assert {n: [*hooks] for n, hooks in ipython.events.callbacks.items()} == before


def test_what_goes_wrong_stays_there(
    ipython: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(ipython, lambda: None)
    shell._context = object()  # type: ignore[assignment]
    ipython.run_cell("1")
    assert "Error" not in capsys.readouterr().out
    shell.close()


def test_news_is_passed_on(ipython: Any) -> None:
    told = threading.Event()
    shell = Shell(ipython, told.set)
    ipython.run_cell("price = 12", store_history=True)
    assert told.wait(LONG_S)
    parts = shell.context_ahead()
    assert parts is not None
    assert any("price = 12" in part.text for part in parts)
    shell.close()
