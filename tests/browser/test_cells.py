"""What can be done with cells: a change is proposed, and only a person makes it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from .lab import Lab
from .notebook import Notebook, code, error, markdown, write
from .panel import Panel

BROKEN = "import math\n\nprint(maths.pi)\nprint('done')"
FIXED = "import math\n\nprint(math.pi)\nprint('done')"
MINUS = "\u2212"
FAILED = error("NameError", "name 'maths' is not defined")


@pytest.fixture
def allowed_errors() -> list[str]:
    # ipywidgets looks for the kernel of every notebook, and these have none.
    return ["reading 'kernel'"]


def says(lab: Lab, text: str) -> None:
    """Whatever is asked, this is the answer."""
    lab.script.write_text(text)


def block(source: str, language: str = "python") -> str:
    return f"say:The name is wrong.\n\n```{language}\n{source}\n```\n\nThat is all."


@pytest.fixture
def notebook(lab: Lab, page: Page, workspace: str) -> Notebook:
    """Two cells that fail, one that is empty and a text."""
    write(
        lab.root / f"{workspace}.ipynb",
        code(BROKEN, FAILED),
        code("1 / 0", error("ZeroDivisionError", "division by zero", lines=60)),
        code(""),
        markdown("# Plot a sine\n\nfrom 0 to 1"),
    )
    made = Notebook(page)
    made.open(f"{workspace}.ipynb")
    return made


def proposal(notebook: Notebook, place: int = 0) -> Locator:
    return notebook.cell(place).locator(".jp-llmchat-proposal")


def offered(notebook: Notebook, place: int = 0) -> Locator:
    """The proposal, once it is there."""
    found = proposal(notebook, place)
    expect(found.locator(".jp-llmchat-accept")).to_be_visible()
    return found


def signs(found: Locator) -> list[str]:
    lines = found.locator(".jp-llmchat-difference-line").all_inner_texts()
    return [" ".join(each.split()) for each in lines]


def test_an_error_is_fixed_and_the_fix_undone(
    lab: Lab, notebook: Notebook, panel: Panel
) -> None:
    says(lab, block(FIXED))
    notebook.cell(0).get_by_role("button", name="Fix").click()
    found = offered(notebook)
    expect(panel.questions.last).to_contain_text("it fails with NameError")
    assert signs(found) == [
        "import math",
        "",
        f"{MINUS} Removed: print(maths.pi)",
        "+ Added: print(math.pi)",
        "print('done')",
    ]
    assert notebook.source(0) == BROKEN
    panel.shoot("cells-proposal")
    found.get_by_role("button", name="Change the cell").click()
    expect(proposal(notebook)).to_have_count(0)
    assert notebook.source(0) == FIXED
    notebook.page.keyboard.press("Control+z")
    assert notebook.source(0) == BROKEN
