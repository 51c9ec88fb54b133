"""Cells to work on, and what is proposed for them."""

from __future__ import annotations

from typing import Any, Final

from playwright.sync_api import Locator, expect

from .lab import Lab
from .notebook import Notebook, code, error, markdown

BROKEN: Final = "import math\n\nprint(maths.pi)\nprint('done')"
FIXED: Final = "import math\n\nprint(math.pi)\nprint('done')"
MINUS: Final = "\u2212"

MARK, FAILS, FAILS_LONG, EMPTY, TEXT, WORKS = range(6)


def cells(mark: str) -> list[dict[str, Any]]:
    """Two that fail, an empty one, a text and one that works.

    The mark goes along with what is asked, so that no answer is known from elsewhere.
    """
    return [
        code(f"# {mark}"),
        code(BROKEN, error("NameError", "name 'maths' is not defined")),
        code("1 / 0", error("ZeroDivisionError", "division by zero", lines=60)),
        code(""),
        markdown("# Plot a sine\n\nfrom 0 to 1"),
        code("x = 1\nx"),
    ]


def says(lab: Lab, text: str) -> None:
    """Whatever is asked, this is the answer."""
    lab.script.write_text(text)


def block(source: str, *, how: str = "", language: str = "python") -> str:
    return f"{how} say:It is wrong.\n\n```{language}\n{source}\n```\n\nThat is all."


def proposal(notebook: Notebook, place: int = FAILS) -> Locator:
    return notebook.cell(place).locator(".jp-llmchat-proposal")


def offered(notebook: Notebook, place: int = FAILS) -> Locator:
    """The proposal, once it is there."""
    found = proposal(notebook, place)
    expect(found.locator(".jp-llmchat-accept")).to_be_visible()
    return found


def accept(found: Locator) -> None:
    found.locator(".jp-llmchat-accept").click()
    expect(found).to_have_count(0)


def refuse(found: Locator) -> None:
    found.locator(".jp-llmchat-refuse").click()
    expect(found).to_have_count(0)


def fix_button(notebook: Notebook, place: int = FAILS) -> Locator:
    return notebook.cell(place).get_by_role("button", name="Fix", exact=True)


def lines(found: Locator) -> Locator:
    """Those of a difference."""
    return found.locator(".jp-llmchat-difference-line")


def expect_lines(found: Locator, expected: list[str]) -> None:
    """Those of a difference, with what is said in the place of colours."""
    expect(lines(found)).to_have_text(expected, use_inner_text=True)
