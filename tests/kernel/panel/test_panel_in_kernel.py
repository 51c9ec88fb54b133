"""The panel in a real kernel, as a notebook that is executed shows and saves it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from jupyter_llmchat.kernel.discover import ServerAddress
from tests.server.served import served

WIDGET = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
MOST_BYTES = 60_000
"""Of a panel with one answer, as it is saved; the style sheet is 4,000 of them."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerAddress]:
    with served(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture
def environment(
    address: ServerAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMCHAT_URL", address.url)
    monkeypatch.setenv("LLMCHAT_TOKEN", address.token)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))


def executed(*cells: str) -> Any:
    notebook = nbformat.v4.new_notebook(  # type: ignore[no-untyped-call]
        cells=[
            nbformat.v4.new_code_cell(source)  # type: ignore[no-untyped-call]
            for source in cells
        ]
    )
    return NotebookClient(notebook, timeout=60, kernel_name="python3").execute()


def test_asked_in_one_cell_awaited_in_another_and_saved(
    environment: None, address: ServerAddress
) -> None:
    notebook = executed(
        "from jupyter_llmchat import ChatPanel\npanel = ChatPanel()\npanel",
        "panel.ask('What is it?')",
        "assert panel.wait(30)\nprint(panel.answer)",
        "panel._questions.composer.ask.disabled",
    )
    shown, _, told, is_disabled = (cell.outputs for cell in notebook.cells)
    assert WIDGET in shown[0].data
    assert shown[0].data["text/plain"].startswith("ChatPanel, shown where")
    assert told[0].text == "Forty-two.\n"
    assert is_disabled[0].data["text/plain"] == "False"

    state = notebook.metadata.widgets[STATE]["state"]
    saved = json.dumps(state)
    assert "Forty-two." in saved
    assert address.token not in saved
    assert address.url not in saved
    assert len(saved) < MOST_BYTES


def test_code_goes_into_the_next_cell(environment: None) -> None:
    notebook = executed(
        "from jupyter_llmchat import ChatPanel\npanel = ChatPanel()",
        "panel.next_cell()",
        "panel.close()\npanel",
    )
    assert notebook.cells[1].outputs[0].text == "The last answer has no code.\n"
    closed = notebook.cells[2].outputs[0].data
    assert closed == {"text/plain": "This panel has been closed."}


@pytest.mark.usefixtures("environment")
def test_a_process_ends_though_its_panel_is_open() -> None:
    program = (
        "from jupyter_llmchat import ChatPanel\n"
        "panel = ChatPanel()\n"
        "panel.ask('What is it?')\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
