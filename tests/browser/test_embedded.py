"""The sidebar with the embedded model, from the question to the cell of a notebook."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import OpenNotebook
from .lab import EMBEDDED, Lab
from .lab import lab as started_lab
from .notebook import WITHOUT_KERNEL, Notebook, code
from .panel import Panel

pytestmark = [pytest.mark.model, pytest.mark.timeout(600)]
ANSWER_MS = 180_000
CODE = "Write a Python function add(a, b) that returns the sum of two numbers."


@pytest.fixture
def allowed_errors() -> list[str]:
    return [WITHOUT_KERNEL]


@pytest.fixture(scope="module")
def shared_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder: Path = tmp_path_factory.mktemp("embedded") / "lab"
    with started_lab(folder, model=EMBEDDED, deadline_s=60.0) as started:
        yield started


@pytest.fixture
def notebook(open_notebook: OpenNotebook) -> Notebook:
    return open_notebook(code("first = 1"))


def ended(panel: Panel) -> None:
    last = panel.messages.last.locator(".jp-llmchat-footer .jp-llmchat-bottom")
    expect(last).to_be_visible(timeout=ANSWER_MS)
    expect(panel.stop_button).to_have_count(0)


def wait_idle(lab: Lab) -> None:
    """A step of the model takes its time."""
    end = time.monotonic() + 60
    while lab.api("status")["turns_active"]:
        assert time.monotonic() < end, "it goes on"
        time.sleep(0.1)


def test_an_answer_goes_into_the_notebook_and_is_kept(
    panel: Panel, notebook: Notebook
) -> None:
    panel.ask(CODE)
    expect(panel.stop_button).to_be_visible()
    expect(panel.stages.first).to_be_visible(timeout=ANSWER_MS)
    ended(panel)
    expect(panel.root.locator(".jp-llmchat-figures")).to_contain_text("tok/s")
    panel.shoot("embedded")
    below = panel.root.get_by_role("button", name="Insert below the active cell")
    if below.count():
        below.first.click()
        expect(notebook.cells).to_have_count(2)
        assert notebook.source(1).strip()
    panel.root.get_by_role("button", name="Ask again", exact=True).click()
    expect(panel.root.get_by_text("2 of 2")).to_be_visible(timeout=ANSWER_MS)
    ended(panel)
    session = panel.session
    panel.page.reload()
    panel.open()
    panel.choose(session)
    expect(panel.questions).to_have_text([CODE])
    expect(panel.root.get_by_text("2 of 2")).to_be_visible()


def test_stop_stops_the_model(panel: Panel, lab: Lab) -> None:
    panel.ask("Tell a very long story about a lighthouse and its keeper.")
    expect(panel.root.locator(".jp-llmchat-text")).not_to_have_count(
        0, timeout=ANSWER_MS
    )
    panel.stop_button.click()
    ended(panel)
    expect(panel.root.get_by_text("Stopped", exact=True)).to_be_visible()
    wait_idle(lab)


def test_a_model_process_that_is_killed(panel: Panel, lab: Lab) -> None:
    panel.ask("Tell a very long story about a river and a bridge.")
    expect(panel.root.locator(".jp-llmchat-text")).not_to_have_count(
        0, timeout=ANSWER_MS
    )
    pid = lab.worker_pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    ended(panel)
    expect(panel.root.get_by_text("Interrupted", exact=True)).to_be_visible()
    panel.shoot("model-killed")
    failure = panel.root.locator(".jp-llmchat-error")
    failure.get_by_role("button", name="Ask the same question again").click()
    expect(panel.stop_button).to_be_visible()
    expect(panel.root.locator(".jp-llmchat-text")).not_to_have_count(
        0, timeout=ANSWER_MS
    )
    panel.stop_button.click()
    ended(panel)
