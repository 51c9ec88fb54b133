from __future__ import annotations

import re
from typing import Any

import ipywidgets as widgets
import pytest

from jupyter_llmchat.kernel.panel.look import STYLE, Look

from .driving import open_widgets


@pytest.fixture
def look() -> Any:
    made = Look()
    yield made
    made.close_all()


def test_the_style_sheet_concerns_the_panel_only() -> None:
    rules = re.findall(r"([^{}]+)\{", STYLE.removeprefix("<style>"))
    selectors = [one.strip() for rule in rules for one in rule.split(",")]
    outside = [each for each in selectors if not each.startswith(".llmchat-panel")]
    assert outside == ["@container (max-width: 26em)"]


def test_colours_are_those_of_the_front_end() -> None:
    values = re.findall(r"(?:color|background|border[^:]*|outline):([^;}]+)", STYLE)
    # Without a front end's variable: grey that suits light and dark, or none at all.
    for value in values:
        rest = re.sub(
            r"var\(--jp-[^,]+, *(rgba\(127, 127, 127, [.\d]+\)|\w+)\)", "", value
        )
        assert not re.search(r"#|rgb|white|black", rest), value


def test_the_style_sheet_fetches_nothing() -> None:
    assert not re.search(r"url|import|expression", STYLE)


def test_layouts_are_shared(look: Look) -> None:
    one, two = look.html("a"), look.html("b")
    assert one.layout is two.layout
    assert one.style is two.style


def test_a_button_acts(look: Look) -> None:
    pressed: list[int] = []
    look.button("Go", "Go there", lambda: pressed.append(1)).click()
    assert pressed == [1]


def test_filling_a_box_closes_what_was_in_it(look: Look) -> None:
    kept, gone = look.html("a"), look.line(look.html("b"))
    box = look.column(kept, gone)
    before = len(open_widgets())
    look.fill(box, kept)
    assert box.children == (kept,)
    assert len(open_widgets()) == before - 2


def test_nothing_is_left(look: Look) -> None:
    before = open_widgets()
    other = Look()
    other.share(widgets.Layout())
    other.column(
        other.field(widgets.Text, "Name"), other.folded(("a",), [other.math()])
    )
    other.html("not in any box")
    other.close_all()
    assert open_widgets() <= before
