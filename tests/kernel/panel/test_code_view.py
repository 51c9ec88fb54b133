from __future__ import annotations

from collections.abc import Iterator

import pytest

from jupyter_llmchat.kernel.code_blocks import CodeBlock
from jupyter_llmchat.kernel.panel.code_view import ADDED, NOT_ADDED, ROWS, CodeView
from jupyter_llmchat.kernel.panel.look import Look

from .driving import button, control, open_widgets, shown

BLOCK = CodeBlock(language="python", code="print(1)\nprint(2)")


@pytest.fixture
def look() -> Iterator[Look]:
    made = Look()
    yield made
    made.close_all()


@pytest.mark.parametrize(("is_running", "said"), [(True, ADDED), (False, NOT_ADDED)])
def test_into_a_cell(look: Look, is_running: bool, said: str) -> None:
    put: list[str] = []

    def into_cell(code: str) -> bool:
        put.append(code)
        return is_running

    view = CodeView(look, into_cell)
    view.toggle([BLOCK])
    button(view.widget, "Into a new cell").click()
    assert put == [BLOCK.code]
    assert said in shown(view.widget)


def test_it_is_shown_and_taken_away_again(look: Look) -> None:
    view = CodeView(look, lambda code: True)
    before = len(open_widgets())
    view.toggle([BLOCK, BLOCK])
    assert control(view.widget, "Code").value == BLOCK.code
    assert len(view.widget.children) == 2
    view.toggle([BLOCK, BLOCK])
    assert view.widget.children == ()
    assert len(open_widgets()) == before


def test_long_code_is_scrolled(look: Look) -> None:
    view = CodeView(look, lambda code: True)
    view.toggle([CodeBlock(language="", code="x\n" * 100)])
    assert control(view.widget, "Code").rows == ROWS
