"""What can be done with cells: a change is proposed, and only a person makes it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .cell_actions import (
    BROKEN,
    EMPTY,
    FAILS,
    FAILS_LONG,
    FIXED,
    MINUS,
    TEXT,
    WORKS,
    accept,
    block,
    cells,
    expect_lines,
    fix_button,
    lines,
    offered,
    refuse,
    says,
)
from .conftest import OpenNotebook
from .lab import Lab
from .notebook import WITHOUT_KERNEL, Notebook
from .panel import Panel

COUNT = len(cells(""))


@pytest.fixture
def allowed_errors() -> list[str]:
    return [WITHOUT_KERNEL]


@pytest.fixture
def notebook(open_notebook: OpenNotebook, workspace: str) -> Notebook:
    return open_notebook(*cells(workspace))


def test_an_error_is_fixed_and_the_fix_undone(
    lab: Lab, notebook: Notebook, panel: Panel
) -> None:
    says(lab, block(FIXED))
    fix_button(notebook).click()
    found = offered(notebook)
    expect(panel.questions.last).to_contain_text("It fails with NameError")
    expect_lines(
        found,
        [
            "import math",
            "",
            f"{MINUS} Removed: print(maths.pi)",
            "+ Added: print(math.pi)",
            "print('done')",
        ],
    )
    assert notebook.source(FAILS) == BROKEN
    panel.shoot("cells-proposal")
    accept(found)
    notebook.expect_source(FAILS, FIXED)
    notebook.expect_edited(FAILS)
    notebook.page.keyboard.press("Control+z")
    notebook.expect_source(FAILS, BROKEN)


def test_what_is_typed_before_and_after_is_undone_by_itself(
    lab: Lab, notebook: Notebook
) -> None:
    says(lab, block(FIXED, how="hold=1"))
    fix_button(notebook).click()
    notebook.edit(FAILS)
    notebook.page.keyboard.press("Control+End")
    notebook.page.keyboard.type("#")
    notebook.expect_source(FAILS, BROKEN + "#")
    lab.open_gate()
    accept(offered(notebook))
    notebook.expect_edited(FAILS)
    notebook.page.keyboard.press("Control+End")
    notebook.page.keyboard.type("!")
    notebook.expect_source(FAILS, FIXED + "!")
    for expected in (FIXED, BROKEN + "#", BROKEN):
        notebook.page.keyboard.press("Control+z")
        notebook.expect_source(FAILS, expected)


def test_a_proposal_is_refused(lab: Lab, notebook: Notebook) -> None:
    says(lab, block(FIXED))
    fix_button(notebook).click()
    refuse(offered(notebook))
    assert notebook.source(FAILS) == BROKEN


def test_after_a_refusal_there_is_another_answer(lab: Lab, notebook: Notebook) -> None:
    says(lab, block(FIXED))
    fix_button(notebook).click()
    refuse(offered(notebook))
    says(lab, block("print(3.14)"))
    fix_button(notebook).click()
    accept(offered(notebook))
    notebook.expect_source(FAILS, "print(3.14)")


def test_asked_again_in_the_panel_there_is_another_proposal(
    lab: Lab, notebook: Notebook, panel: Panel
) -> None:
    says(lab, block(FIXED))
    fix_button(notebook).click()
    refuse(offered(notebook))
    says(lab, block("print(3.14)"))
    panel.wait_ended()
    panel.root.get_by_role("button", name="Ask again", exact=True).click()
    found = offered(notebook)
    expect(lines(found).last).to_contain_text("print(3.14)")
    accept(found)
    notebook.expect_source(FAILS, "print(3.14)")


def test_the_keyboard_is_enough(lab: Lab, notebook: Notebook) -> None:
    says(lab, block(FIXED))
    keyboard = notebook.page.keyboard
    fix_button(notebook).focus()
    expect(fix_button(notebook)).to_be_focused()
    keyboard.press("Enter")
    found = offered(notebook)
    # The panel took the focus to ask; nothing was typed there, so it comes back.
    expect(found).to_be_focused()
    keyboard.press("d")
    keyboard.press("d")
    keyboard.press("Escape")
    expect(found).to_have_count(0)
    expect(notebook.cell(FAILS)).to_be_focused()
    expect(notebook.cells).to_have_count(COUNT)
    assert notebook.source(FAILS) == BROKEN
    keyboard.press("Alt+Shift+f")
    expect(offered(notebook)).to_be_focused()
    keyboard.press("Tab")
    expect(found.locator(".jp-llmchat-accept")).to_be_focused()
    keyboard.press("Enter")
    expect(found).to_have_count(0)
    notebook.expect_source(FAILS, FIXED)


def test_who_is_typing_is_left_alone(
    lab: Lab, notebook: Notebook, panel: Panel
) -> None:
    says(lab, block(FIXED, how="hold=1"))
    fix_button(notebook).click()
    panel.input.fill("Another quest")
    lab.open_gate()
    found = offered(notebook)
    expect(panel.input).to_be_focused()
    notebook.page.keyboard.press("Alt+Shift+n")
    expect(found).to_be_focused()


def test_a_cell_that_changed_meanwhile_is_compared_as_it_is(
    lab: Lab, notebook: Notebook
) -> None:
    says(lab, block(FIXED))
    fix_button(notebook).click()
    found = offered(notebook)
    expect(found).not_to_contain_text("has changed since")
    notebook.edit(FAILS)
    notebook.page.keyboard.press("Control+End")
    notebook.page.keyboard.type("\nprint('more')")
    expect(found).to_contain_text("The cell has changed since")
    more = lines(found).filter(has_text="print('more')")
    removed = f"{MINUS} Removed: print('more')"
    expect(more).to_have_text(removed, use_inner_text=True)
    notebook.edit(FAILS)
    notebook.page.keyboard.press("Control+a")
    notebook.page.keyboard.insert_text(FIXED)
    expect(found).to_contain_text("has the proposed code already")
    refuse(found)


def test_nothing_is_run(
    lab: Lab, page: Page, open_notebook: OpenNotebook, workspace: str
) -> None:
    ran = lab.root / f"{workspace}-ran"
    notebook = open_notebook(*cells(workspace), start_kernel=True)
    status = page.locator(".jp-Notebook-ExecutionIndicator")
    expect(status).to_have_attribute("data-status", "idle")
    says(lab, block(f"open({str(ran)!r}, 'w')\nprint('was run')"))
    fix_button(notebook).click()
    accept(offered(notebook))
    notebook.expect_edited(FAILS)
    prompt = notebook.cell(FAILS).locator(".jp-InputPrompt")
    expect(prompt).to_have_text("[3]:")
    assert not ran.exists()
    page.keyboard.press("Shift+Enter")
    expect(notebook.cell(FAILS).locator(".jp-OutputArea")).to_have_text("was run")
    expect(prompt).to_have_text("[1]:")
    assert ran.exists()
    # The outputs are new, and so is what can be done with them.
    expect(fix_button(notebook)).to_have_count(0)


def test_several_cells_have_proposals(lab: Lab, notebook: Notebook) -> None:
    says(lab, block(FIXED))
    fix_button(notebook).click()
    first = offered(notebook)
    says(lab, block("1 / 1"))
    fix_button(notebook, FAILS_LONG).click()
    second = offered(notebook, FAILS_LONG)
    expect(second).to_be_focused()
    for following in (first, second, first):
        notebook.page.keyboard.press("Alt+Shift+n")
        expect(following).to_be_focused()
    accept(first)
    accept(second)
    notebook.expect_source(FAILS, FIXED)
    notebook.expect_source(FAILS_LONG, "1 / 1")


def test_a_cell_is_improved_from_the_palette(
    lab: Lab, notebook: Notebook, panel: Panel
) -> None:
    says(lab, block("x = 2\nx"))
    notebook.edit(WORKS)
    notebook.page.keyboard.press("Control+Shift+c")
    palette = notebook.page.locator(".jp-ModalCommandPalette")
    palette.locator("input").fill("Improve Cell")
    palette.locator(".lm-CommandPalette-item", has_text="Improve Cell").click()
    accept(offered(notebook, WORKS))
    expect(panel.questions.last).to_contain_text("Write a better version of the whole")
    notebook.expect_source(WORKS, "x = 2\nx")


def test_a_cell_is_fixed_as_the_panel_is_told(
    lab: Lab, notebook: Notebook, panel: Panel
) -> None:
    says(lab, block(FIXED))
    notebook.cell(FAILS).locator(".jp-InputPrompt").click()
    panel.ask("/fix without new imports")
    accept(offered(notebook))
    expect(panel.questions.last).to_contain_text("without new imports")
    notebook.expect_source(FAILS, FIXED)


def test_a_cell_is_explained_from_its_menu(
    lab: Lab, notebook: Notebook, panel: Panel
) -> None:
    notebook.cell(TEXT).click(button="right")
    menu = notebook.page.locator(".lm-Menu-content")
    expect(menu.get_by_text("Generate Code…")).to_be_visible()
    expect(menu.get_by_text("Fix Cell")).to_have_count(0)
    notebook.page.locator(".lm-Menu").press("Escape")
    expect(menu).to_have_count(0)
    notebook.cell(WORKS).locator(".jp-InputPrompt").click(button="right")
    expect(menu.get_by_text("Fix Cell")).to_be_visible()
    panel.shoot("cells-menu")
    menu.get_by_text("Explain Cell").click()
    expect(panel.questions).to_have_text(
        "Explain what the current cell does, step by step."
    )
    panel.wait_ended()
    expect(notebook.page.locator(".jp-llmchat-proposal")).to_have_count(0)


def test_the_toolbar_has_what_suits_the_cell(notebook: Notebook) -> None:
    for place, expected in (
        (FAILS, ["explain", "fix"]),
        (WORKS, ["explain", "improve"]),
        (EMPTY, ["generate"]),
        (TEXT, ["explain", "generate"]),
    ):
        cell = notebook.cell(place)
        cell.locator(".jp-InputPrompt").click()
        actions = cell.locator(".jp-cell-toolbar [data-command^='llmchat:']")
        visible = actions.filter(visible=True)
        for number, name in enumerate(expected):
            command = f"llmchat:{name}-cell"
            expect(visible.nth(number)).to_have_attribute("data-command", command)
        expect(visible).to_have_count(len(expected))
