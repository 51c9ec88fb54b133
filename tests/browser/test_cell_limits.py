"""Actions on cells where something is missing, in the way or gone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from .cell_actions import (
    BROKEN,
    EMPTY,
    FAILS,
    FAILS_LONG,
    FIXED,
    TEXT,
    WORKS,
    accept,
    block,
    cells,
    expect_lines,
    fix_button,
    offered,
    proposal,
    refuse,
    says,
)
from .conftest import OpenNotebook
from .lab import Lab
from .notebook import WITHOUT_KERNEL, Notebook, code, error
from .panel import Panel

COUNT = len(cells(""))


@pytest.fixture
def allowed_errors() -> list[str]:
    return [WITHOUT_KERNEL]


@pytest.fixture
def notebook(open_notebook: OpenNotebook, workspace: str) -> Notebook:
    return open_notebook(*cells(workspace))


def notifications(page: Page) -> Locator:
    """All there have been: by itself each goes from the page after some seconds."""
    Notebook(page).command("apputils:display-notifications")
    return page.locator(".jp-Notification-Center")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("say:Nothing is wrong with it.", "has no code for this cell"),
        (block("pip install maths", language="bash"), "has no code for this cell"),
        (block(BROKEN), "leaves this cell as it is"),
        ("say:```python\nimport ma", "cut before its code was whole"),
        ("failing", "answer failed"),
    ],
)
def test_an_answer_without_a_change_says_so(
    lab: Lab, notebook: Notebook, answer: str, sentence: str
) -> None:
    says(lab, answer)
    fix_button(notebook).click()
    found = proposal(notebook)
    expect(found).to_contain_text(sentence)
    expect(found.locator(".jp-llmchat-accept")).to_have_count(0)
    refuse(found)
    assert notebook.source(FAILS) == BROKEN


def test_a_stopped_answer_proposes_nothing(
    lab: Lab, notebook: Notebook, panel: Panel
) -> None:
    says(lab, block(FIXED, how="hold=1"))
    fix_button(notebook).click()
    expect(proposal(notebook)).to_contain_text("Looking for a fix")
    panel.stop_button.click()
    expect(proposal(notebook)).to_contain_text("was stopped")
    fix_button(notebook).click()
    expect(proposal(notebook)).to_contain_text("Looking for a fix")
    refuse(proposal(notebook))
    expect(panel.root.get_by_text("Stopped", exact=True)).to_have_count(2)


def test_a_conversation_that_is_left_proposes_nothing(
    lab: Lab, notebook: Notebook, panel: Panel
) -> None:
    says(lab, block(FIXED, how="hold=1"))
    fix_button(notebook).click()
    expect(panel.stages).to_have_count(1)
    session = panel.session
    panel.choose(None)
    expect(proposal(notebook)).to_contain_text("conversation was left")
    lab.open_gate()
    panel.choose(session)
    expect(panel.messages.last).to_contain_text("That is all.")


def test_a_read_only_cell_stays_as_it_is(
    lab: Lab, open_notebook: OpenNotebook, workspace: str
) -> None:
    locked = code(BROKEN, error("NameError", "maths"), editable=False)
    notebook = open_notebook(code(f"# {workspace}"), locked)
    says(lab, block(FIXED))
    fix_button(notebook).click()
    found = offered(notebook)
    expect(found).to_contain_text("This cell is read-only")
    expect(found.locator(".jp-llmchat-accept")).to_be_disabled()


def test_a_deleted_cell_gets_no_code(lab: Lab, notebook: Notebook) -> None:
    says(lab, block(FIXED, how="hold=1"))
    fix_button(notebook).click()
    expect(proposal(notebook)).to_be_visible()
    notebook.command("notebook:delete-cell")
    expect(notebook.cells).to_have_count(COUNT - 1)
    lab.open_gate()
    expect(notifications(notebook.page)).to_contain_text("The cell was deleted")
    expect(notebook.page.locator(".jp-llmchat-proposal")).to_have_count(0)


def test_a_proposal_is_back_with_its_cell(lab: Lab, notebook: Notebook) -> None:
    says(lab, block(FIXED))
    fix_button(notebook).click()
    offered(notebook)
    notebook.command("notebook:delete-cell")
    expect(notebook.cells).to_have_count(COUNT - 1)
    notebook.command("notebook:undo-cell-action")
    accept(offered(notebook))
    notebook.expect_source(FAILS, FIXED)


def test_a_proposal_moves_with_its_cell(lab: Lab, notebook: Notebook) -> None:
    says(lab, block(FIXED, how="hold=1"))
    fix_button(notebook).click()
    expect(proposal(notebook)).to_be_visible()
    notebook.command("notebook:move-cell-down")
    expect(proposal(notebook, FAILS + 1)).to_be_visible()
    lab.open_gate()
    accept(offered(notebook, FAILS + 1))
    notebook.expect_source(FAILS + 1, FIXED)


def test_a_closed_notebook_gets_no_code(lab: Lab, notebook: Notebook) -> None:
    says(lab, block(FIXED, how="hold=1"))
    fix_button(notebook).click()
    expect(proposal(notebook)).to_be_visible()
    notebook.command("application:close")
    expect(notebook.root).to_have_count(0)
    lab.open_gate()
    expect(notifications(notebook.page)).to_contain_text("The notebook was closed")


def test_proposals_end_with_their_notebook(
    lab: Lab, notebook: Notebook, workspace: str
) -> None:
    says(lab, block(FIXED))
    fix_button(notebook).click()
    offered(notebook)
    notebook.command("application:close")
    expect(notebook.root).to_have_count(0)
    notebook.open(f"{workspace}.ipynb")
    expect(fix_button(notebook)).to_be_visible()
    expect(notebook.page.locator(".jp-llmchat-proposal")).to_have_count(0)


def test_without_a_notebook_it_is_said(page: Page) -> None:
    Notebook(page).command("llmchat:fix-cell")
    expect(notifications(page)).to_contain_text("Open a notebook and choose a cell")


@pytest.mark.parametrize(
    ("place", "sentence"),
    [(EMPTY, "This cell is empty"), (TEXT, "works on code cells")],
)
def test_cells_that_cannot_be_fixed_say_so(
    notebook: Notebook, panel: Panel, place: int, sentence: str
) -> None:
    notebook.cell(place).locator(".jp-InputPrompt").click()
    notebook.command("llmchat:fix-cell")
    expect(notifications(notebook.page)).to_contain_text(sentence)
    expect(panel.questions).to_have_count(0)


def test_code_is_generated_into_an_empty_cell(
    lab: Lab, notebook: Notebook, panel: Panel
) -> None:
    says(lab, block("import math\nmath.sin(1)"))
    notebook.edit(EMPTY)
    notebook.page.keyboard.press("Alt+Shift+g")
    wish = notebook.page.locator(".jp-Dialog input")
    wish.fill("the sine of one")
    wish.press("Enter")
    found = offered(notebook, EMPTY)
    expect(panel.questions.last).to_contain_text("the sine of one")
    expect_lines(found, ["+ Added: import math", "+ Added: math.sin(1)"])
    accept(found)
    notebook.expect_source(EMPTY, "import math\nmath.sin(1)")
    notebook.expect_edited(EMPTY)
    notebook.page.keyboard.press("Control+z")
    notebook.expect_source(EMPTY, "")


def test_code_for_a_text_gets_a_cell_of_its_own(lab: Lab, notebook: Notebook) -> None:
    says(lab, block("math.sin(1)"))
    notebook.cell(TEXT).click()
    expect(notebook.cell(TEXT)).to_be_focused()
    notebook.page.keyboard.press("Alt+Shift+g")
    field = notebook.page.locator(".jp-Dialog input")
    expect(field).to_have_value("Plot a sine from 0 to 1")
    field.press("Enter")
    accept(offered(notebook, TEXT))
    expect(notebook.cells).to_have_count(COUNT + 1)
    assert notebook.source(TEXT) == "# Plot a sine\n\nfrom 0 to 1"
    notebook.expect_source(TEXT + 1, "math.sin(1)")
    expect(notebook.cell(TEXT + 1)).to_be_focused()
    notebook.page.keyboard.press("z")
    expect(notebook.cells).to_have_count(COUNT)


def test_a_prompt_that_is_cancelled_asks_nothing(
    notebook: Notebook, panel: Panel
) -> None:
    notebook.edit(EMPTY)
    notebook.page.keyboard.press("Alt+Shift+g")
    notebook.page.locator(".jp-Dialog input").press("Escape")
    expect(notebook.page.locator(".jp-Dialog")).to_have_count(0)
    expect(panel.questions).to_have_count(0)


def test_the_button_is_there_as_long_as_the_error(notebook: Notebook) -> None:
    for place in (FAILS, FAILS_LONG):
        expect(fix_button(notebook, place)).to_have_count(1)
    expect(fix_button(notebook, WORKS)).to_have_count(0)
    notebook.cell(FAILS).locator(".jp-InputPrompt").click()
    notebook.command("notebook:toggle-cell-outputs")
    expect(fix_button(notebook)).to_have_count(0)
    notebook.command("notebook:toggle-cell-outputs")
    expect(fix_button(notebook)).to_have_count(1)
    notebook.command("notebook:clear-cell-output")
    expect(fix_button(notebook)).to_have_count(0)
    expect(fix_button(notebook, FAILS_LONG)).to_have_count(1)
