"""The panel with a real server, whose model says the same every time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.kernel.discover import ServerAddress
from tests.server.served import served

from .conftest import Drive
from .driving import Driven, control, inside
from .server_double import LONG_S


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerAddress]:
    folder: Path = tmp_path_factory.mktemp("served")
    with served(folder) as found:
        yield found


def panel(drive: Drive, address: ServerAddress, session: str = "") -> Driven:
    return drive(session=session, connect=lambda say: ChatClient(address))


def test_a_conversation_from_beginning_to_end(
    drive: Drive, address: ServerAddress
) -> None:
    driven = panel(drive, address)
    driven.ask("What is it?")
    assert driven.panel.answer.text == "Forty-two."
    assert driven.choice.label == "What is it?"

    driven.press("Ask again")
    driven.settle()
    assert "version 2 of 2" in driven.text
    driven.press("Before")
    driven.settle()
    assert "version 1 of 2" in driven.text

    driven.press("Edit")
    driven.ask("What was it?")
    assert "version 3 of 3" in driven.text
    driven.ask("And why?")
    assert driven.text.index("What was it?") < driven.text.index("And why?")


def test_details_and_a_title(drive: Drive, address: ServerAddress) -> None:
    driven = panel(drive, address)
    driven.ask("How many?")
    driven.press("Refresh")
    driven.settle()
    folded = [e for e in inside(driven.panel.widget) if hasattr(e, "selected_index")]
    folded[1].selected_index = 0
    driven.settle()
    assert "simple 90%, analytical 10%" in driven.text

    driven.press("Rename")
    control(driven.panel.widget, "New title").value = "Numbers"
    driven.press("Save")
    driven.settle()
    driven.press("Refresh")
    driven.settle()
    assert driven.choice.label == "Numbers"
    assert driven.panel._parts.notice.text == ""


def find(driven: Driven) -> None:
    """Until it is found: the server indexes what was said when it has time."""
    end = time.monotonic() + LONG_S
    while (
        "Nothing was found." in driven.text or not driven.panel._conversations.bar._hits
    ):
        assert time.monotonic() < end
        driven.press("Find")
        driven.settle()


def test_two_panels_and_a_search(drive: Drive, address: ServerAddress) -> None:
    one = panel(drive, address, "Shared")
    one.ask("Where are the zebras?")
    two = panel(drive, address, "Shared")
    assert "Where are the zebras?" in two.text
    two.ask("And the lions?")
    one.press("Refresh")
    one.settle()
    assert "And the lions?" in one.text
    one.press("New")
    one.press("Search")
    control(one.panel.widget, "Words").value = "lions"
    find(one)
    control(one.panel.widget, "What was found").value = 0
    one.settle()
    assert "And the lions?" in one.text


def test_what_another_panel_has_deleted(drive: Drive, address: ServerAddress) -> None:
    one, two = (panel(drive, address, "Doomed") for _ in range(2))
    one.ask("Is anybody there?")
    two.press("Refresh")
    two.settle()
    two.press("Delete")
    two.press("Delete", 1)
    two.settle()
    one.ask("And now?")
    assert one.panel._parts.notice.text != ""
    one.press("Retry")
    one.settle()
    assert "Forty-two." in one.text
    assert "Is anybody there?" not in one.text
