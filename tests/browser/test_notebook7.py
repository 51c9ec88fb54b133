"""The same panel in Jupyter Notebook, which has no tabs at its sides."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from .browser import Watched
from .cell_actions import BROKEN, FIXED, accept, block, fix_button, lines, offered, says
from .lab import Lab
from .lab import lab as started_lab
from .notebook import Notebook, code, error, write
from .panel import Panel


@pytest.fixture
def allowed_errors() -> list[str]:
    # Jupyter Notebook's own, with or without other extensions.
    return ["reading 'schema'"]


@pytest.fixture(scope="module")
def shared_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One of its own: a server that has shown both has refused fonts to JupyterLab."""
    with started_lab(tmp_path_factory.mktemp("notebook7") / "lab") as started:
        yield started


@pytest.fixture
def page(watched: Watched, lab: Lab, workspace: str) -> Page:
    """A notebook in Jupyter Notebook."""
    failed = code(BROKEN, error("NameError", "name 'maths' is not defined"))
    write(lab.root / f"{workspace}.ipynb", code(f"x = 1  # {workspace}"), failed)
    made = watched.context().new_page()
    made.goto(f"{lab.url}/notebooks/{workspace}.ipynb?token={lab.token}")
    expect(made.locator(".jp-Notebook .jp-Cell")).to_have_count(2)
    return made


def test_the_panel_opens_from_the_toolbar_and_answers(page: Page) -> None:
    panel = Panel(page)
    expect(panel.input).not_to_be_visible()
    page.locator(".jp-NotebookPanel-toolbar [data-command='llmchat:open']").click()
    expect(panel.input).to_be_focused()
    panel.answered("What is the mean?")
    expect(panel.stages).to_have_text(["Analysis", "Answer", "In detail", "In short"])
    cells = page.locator(".jp-Notebook .jp-Cell")
    cells.first.click()
    below = panel.root.get_by_role("button", name="Insert below the active cell")
    below.first.click()
    expect(cells).to_have_count(3)
    expect(cells.nth(1).locator(".cm-content")).to_contain_text("import pandas as pd")
    panel.shoot("notebook7")


def test_the_panel_opens_from_the_menu_and_from_the_keyboard(page: Page) -> None:
    panel = Panel(page)
    page.get_by_role("menuitem", name="View").click()
    page.get_by_role("menuitem", name="Open the Assistant").click()
    expect(panel.input).to_be_focused()
    page.keyboard.press("Control+Shift+Digit2")
    expect(panel.input).not_to_be_focused()
    page.keyboard.press("Control+Shift+Digit2")
    expect(panel.input).to_be_focused()
    panel.answered("say:by keys")


def test_a_fix_is_proposed_and_accepted(lab: Lab, page: Page) -> None:
    notebook = Notebook(page)
    says(lab, block(FIXED))
    fix_button(notebook, 1).click()
    found = offered(notebook, 1)
    expect(lines(found).filter(has_text="math.pi")).to_contain_text("Added")
    accept(found)
    source = notebook.cell(1).locator(".cm-content")
    expect(source).to_contain_text("(math.pi)")
    expect(source).to_be_focused()
    page.keyboard.press("Control+z")
    expect(source).to_contain_text("(maths.pi)")
