from __future__ import annotations

import pytest

from jupyter_llmchat.kernel.page import Line, Page, Passage, Table, lines

from .hostile import HOSTILE
from .safe_html import faults, text_of

PAGE = Page(
    (
        Line(text="Two of them."),
        Table(
            headings=("name", "size"), rows=(("a", "10"), ("b", "9")), right=("size",)
        ),
        Passage(label="You", text="**Why**?"),
    )
)


def test_in_a_terminal() -> None:
    assert PAGE.bundle()["text/plain"] == (
        "Two of them.\n\nname  size\na       10\nb        9\n\nYou\n**Why**?"
    )


def test_in_a_notebook() -> None:
    page = PAGE.bundle()["text/html"]
    assert faults(page) == []
    assert "text-align:right" in page
    assert "<strong>Why</strong>?" in page


@pytest.mark.parametrize("text", HOSTILE)
def test_pages_are_harmless(text: str) -> None:
    page = Page(
        (
            Line(text=text),
            Table(headings=("x",), rows=((text,),)),
            Passage(label=text, text=text, is_markdown=False),
        )
    )
    assert faults(page.bundle()["text/html"]) == []


def test_lines_leave_out_empty_ones() -> None:
    assert text_of(lines("a", "", "b").bundle()["text/html"]) == "a\nb"


def test_a_page_is_displayed(capsys: pytest.CaptureFixture[str]) -> None:
    from IPython.core.interactiveshell import InteractiveShell

    InteractiveShell.instance()
    try:
        lines("a").show()
    finally:
        InteractiveShell.clear_instance()
    assert capsys.readouterr().out == "a\n"
