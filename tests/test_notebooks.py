"""The notebooks that teach run as they stand, on the whole real path."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import nbformat
import pytest
from nbclient import NotebookClient

from .server.served import served

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SHORT = (
    "--LLMChatApp.n_threads=1",
    "--LLMChatApp.stage_tokens=60",
    "--LLMChatApp.self_test=False",
    "--LLMChatApp.calibrate=False",
)
"""What is learned from a notebook does not depend on how long its answers are."""
CELL_S = 400
"""No cell takes longer; reaching it is a failure, never a measurement."""
MAY_FAIL = "raises-exception"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where a server with the embedded model keeps its data, for all notebooks."""
    folder = tmp_path_factory.mktemp("notebooks")
    with served(folder, "serve", "--", *SHORT, module="jupyter_llmchat"):
        yield folder


def executed(name: str, folder: Path) -> list[Any]:
    """The cells with code after they have run, from first to last."""
    path = ROOT / "notebooks" / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(folder)}}
    client = NotebookClient(notebook, timeout=CELL_S, resources=resources)
    client.execute()
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(cell: Any) -> str:
    """What stands below a cell, as plain text."""
    texts = (
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    )
    return "".join(texts)


def pictures(cells: list[Any]) -> int:
    kinds = [
        kind for cell in cells for each in cell.outputs for kind in each.get("data", ())
    ]
    return kinds.count("image/png")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_what_it_shows(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not [cell.source for cell in cells if cell.outputs or cell.execution_count]
    assert {*notebook.metadata} == {"kernelspec", "language_info"}
    assert notebook.cells[0].source.startswith("# ")


@pytest.mark.model
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["magics", "metrics", "panel", "sessions"])
def test_a_notebook_shows_what_it_promises(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(folder / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "runtime-one"))
    cells = executed(name, folder)
    for cell in cells:
        said = shown(cell)
        assert "UsageError" not in said and not said.startswith("Error"), cell.source
        is_question = cell.source.startswith(("%chat", "%%chat"))
        assert said or "--quiet" in cell.source or not is_question, cell.source
    _CHECKS[name](cells)


def _check_magics(cells: list[Any]) -> None:
    by_source = {cell.source.partition("\n")[0]: shown(cell) for cell in cells}
    assert "'is_hot':" in by_source["drink.data"]
    assert "prices['tea'] is 3." in by_source["%chat context"]
    assert "by the model" in by_source["%chat decisions"]
    (failed,) = [cell for cell in cells if MAY_FAIL in cell.metadata.get("tags", ())]
    assert failed.outputs[-1].ename == "KeyError"


def _check_metrics(cells: list[Any]) -> None:
    assert pictures(cells) == 2
    assert len(shown(cells[0]).splitlines()) == 4
    (table,) = [shown(cell) for cell in cells if "is_replay, count" in cell.source]
    assert "simple" in table and "false" in table


def _check_panel(cells: list[Any]) -> None:
    (answer,) = [shown(cell) for cell in cells if "panel.wait()" in cell.source]
    assert len(answer) > 40


def _check_sessions(cells: list[Any]) -> None:
    (listed,) = [shown(cell) for cell in cells if cell.source == "%chat sessions"]
    assert "Learning Python" in listed and "Scratch" in listed
    (found,) = [shown(cell) for cell in cells if "client.search" in cell.source]
    assert found.startswith("Learning Python: ") and "# Learning Python" in found


_CHECKS = {
    "magics": _check_magics,
    "metrics": _check_metrics,
    "panel": _check_panel,
    "sessions": _check_sessions,
}


@pytest.mark.model
@pytest.mark.timeout(300)
def test_the_quickstart_answers_in_stages_and_all_of_it_is_stored(
    tmp_path: Path,
) -> None:
    """`make demo`: notebook → server → worker → back, printed as it streams."""
    command = [sys.executable, str(ROOT / "notebooks" / "demo.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    notebook = nbformat.read(tmp_path / "quickstart.ipynb", as_version=4)
    answers = [
        output["data"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output["output_type"] == "display_data"
    ]
    assert len(answers) == 3
    for answer in answers:
        assert len(answer["text/plain"]) > 40
        assert answer["text/plain"].partition("\n\n[")[0] in done.stdout
        assert "<script" not in answer["text/html"]
    assert "In detail" in answers[1]["text/html"]
    assert "quickstart.ipynb" in done.stdout
    assert "make lab" in done.stdout
    with duckdb.connect(str(tmp_path / "data" / "llmchat.duckdb")) as database:
        decided = database.execute(
            "SELECT chosen, options::VARCHAR FROM decisions"
            " WHERE name = 'strategy' ORDER BY seq"
        ).fetchall()
        states = database.execute(
            "SELECT state, tokens > 0, processing_ms > 0 FROM messages"
            " WHERE role = 'assistant'"
        ).fetchall()
    assert len(decided) == 3
    assert decided[1][0] == "analytical"
    # On a busy machine the model is not always heard in time, and simple is safe.
    assert "probability" in decided[1][1]
    assert states == [("complete", True, True)] * 3
