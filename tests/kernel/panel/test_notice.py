from __future__ import annotations

from collections.abc import Iterator

import pytest

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.kernel.panel.look import Look
from jupyter_llmchat.kernel.panel.notice import Notice

from .driving import button, inside
from .payloads import PAYLOADS


@pytest.fixture
def look() -> Iterator[Look]:
    made = Look()
    yield made
    made.close_all()


def names(notice: Notice) -> list[str]:
    return [e.description for e in inside(notice.widget) if hasattr(e, "click")]


def test_nothing_is_shown_while_all_is_well(look: Look) -> None:
    assert Notice(look).widget.children == ()


def test_what_is_waited_for(look: Look) -> None:
    notice = Notice(look)
    notice.say("Starting.")
    assert notice.text == "Starting."
    assert names(notice) == []
    notice.clear()
    assert notice.widget.children == ()


def test_what_went_wrong_and_what_can_be_done(look: Look) -> None:
    tried: list[int] = []
    notice = Notice(look)
    notice.fail(BadRequest("No.", "Do this."), lambda: tried.append(1))
    assert notice.text == "No. Do this."
    button(notice.widget, "Retry").click()
    assert tried == [1]
    assert notice.text == ""


def test_what_cannot_be_tried_again(look: Look) -> None:
    notice = Notice(look)
    notice.fail(BadRequest("No."))
    assert names(notice) == ["Dismiss"]


def test_what_is_newer_takes_its_place(look: Look) -> None:
    notice = Notice(look)
    notice.fail(BadRequest("No."), lambda: None)
    notice.say("Starting.")
    assert names(notice) == []


@pytest.mark.parametrize("text", PAYLOADS[:60])
def test_messages_are_text(look: Look, text: str) -> None:
    notice = Notice(look)
    notice.fail(BadRequest(text, text))
    value = notice._message.value
    assert value.startswith('<div role="status">')
    assert "<" not in value[len('<div role="status">') : -len("</div>")]
