"""An answer in the notebook's file, and in what is made of that file."""

from __future__ import annotations

import re
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter, MarkdownExporter

from jupyter_llmchat.protocol.events import TurnEvent
from tests.kernel.builders import (
    begin,
    chunk,
    complete,
    finish,
    notice,
    numbered,
    start,
)
from tests.kernel.hostile import HOSTILE
from tests.kernel.safe_html import text_of
from tests.kernel.scripted_client import ScriptedClient

from .cells import Screen, run
from .test_model_commands import decision

STAGED: list[TurnEvent] = numbered(
    start(),
    begin("analysis"),
    chunk("A beginner asks.", "analysis"),
    finish("analysis"),
    begin("core"),
    chunk("Use **len**:\n\n```python\nlen(x)\n```\n"),
    finish("core"),
    decision("analytical"),
    begin("detail"),
    chunk("| a | b |\n|---|---|\n| 1 | 2 |", "detail"),
    finish("detail"),
    notice("2 cells were left out."),
    complete(strategy="analytical"),
)


def saved(screen: Screen) -> nbformat.NotebookNode:
    """A notebook with the cell that was run and what it has shown."""
    outputs = [
        nbformat.v4.new_output("display_data", data=each) for each in screen.outputs
    ]
    cell = nbformat.v4.new_code_cell("%%chat\nWhy?", outputs=outputs)
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbformat.validate(notebook)
    return notebook


def output_of(page: str) -> str:
    """The part of nbconvert's page that holds the cell's output."""
    found = re.search(r'<div class="jp-RenderedHTMLCommon.*?>\s*(<div>.*)', page, re.S)
    assert found is not None
    return found[1].partition("\n</div>\n</div>")[0]


@pytest.fixture
def answered(shell: Any, client: ScriptedClient, screen: Screen) -> Screen:
    client.script = lambda: iter(STAGED)
    run(shell, "%%chat\nWhy?")
    return screen


def test_a_cell_has_one_output_that_says_how_it_was_made(answered: Screen) -> None:
    (output,) = answered.outputs
    told = text_of(re.sub(r"</?(details|summary)[^>]*>", "", output["text/html"]))
    places = [
        told.index(part)
        for part in (
            "A beginner asks.",
            "Use len:",
            "In detail",
            "strategy: analytical",
            "2 cells were left out.",
            "analytical · 3.2 s · 85 tokens · 27 tokens/s",
        )
    ]
    assert places == sorted(places)
    assert output["text/plain"].startswith("Use **len**:")
    assert "Analysis" not in output["text/markdown"]


def test_it_reads_well_without_styles(answered: Screen) -> None:
    """GitHub takes styles and classes out of a notebook's HTML."""
    page = re.sub(r' style="[^"]*"', "", answered.outputs[0]["text/html"])
    assert "<details><summary>Analysis</summary>" in page
    assert "<p><strong>In detail</strong></p>" in page
    assert "<pre><code>" in page
    assert "<table>" in page
    assert "class=" not in page


def test_nbconvert_makes_a_page_of_it(answered: Screen) -> None:
    page, _ = HTMLExporter().from_notebook_node(saved(answered))
    shown = output_of(page)
    assert "<strong>len</strong>" in shown
    assert "<script" not in shown
    assert "<img" not in shown


def test_nbconvert_makes_markdown_of_it(answered: Screen) -> None:
    text, _ = MarkdownExporter().from_notebook_node(saved(answered))
    assert "<strong>len</strong>" in text


@pytest.mark.parametrize("text", HOSTILE[::8])
def test_what_is_saved_runs_nothing(
    shell: Any, client: ScriptedClient, screen: Screen, text: str
) -> None:
    events = numbered(start(), begin("core"), chunk(text), finish("core"), complete())
    client.script = lambda: iter(events)
    run(shell, "%%chat\nWhy?")
    page, _ = HTMLExporter().from_notebook_node(saved(screen))
    shown = output_of(page)
    assert not re.search(r"<(script|img|iframe|svg|object|style|form)\b", shown, re.I)


def test_the_file_holds_no_secret(answered: Screen) -> None:
    text = nbformat.writes(saved(answered))
    assert "token=" not in text
    assert "Authorization" not in text
