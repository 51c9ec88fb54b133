"""The panel as a whole, with a double of the server."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

import jupyter_llmchat
from jupyter_llmchat.errors import ServerUnreachable
from jupyter_llmchat.kernel.panel.panel import ChatPanel
from tests.kernel.builders import answer, chunk, complete, numbered, start

from .conftest import Drive
from .driving import Driven, button, control, inside, open_widgets
from .server_double import (
    LONG_S,
    ClientDouble,
    ServerDouble,
    exchange,
    hit,
    pausing,
)

CODE = "Use this:\n\n```python\nprint(1)\n```\n"


def test_it_comes_from_the_package() -> None:
    assert jupyter_llmchat.ChatPanel is ChatPanel


def test_a_question_and_its_answer(drive: Drive) -> None:
    driven = drive()
    driven.ask("Why?")
    assert "Why?" in driven.text
    assert "Because." in driven.text
    assert "first word after 0.20 s" in driven.text
    assert driven.panel.answer.text == "Because."
    assert driven.panel.session_id == "session1"
    assert control(driven.panel.widget, "Your question").value == ""


def test_the_next_question_goes_to_the_same_conversation(drive: Drive) -> None:
    driven = drive()
    driven.ask("Why?")
    driven.ask("And?")
    assert [each.session_id for each in driven.server.asked] == ["session1"] * 2
    assert driven.text.index("Why?") < driven.text.index("And?")


def test_stages_are_labelled_and_what_prepares_is_folded(drive: Drive) -> None:
    driven = drive()
    events = numbered(
        start(),
        chunk("Think", "analysis"),
        chunk("So", "reasoning"),
        chunk("Yes", "core"),
        chunk("More", "detail"),
        complete(),
    )
    driven.server.script = lambda: iter(events)
    driven.ask("Why?")
    folded = [e for e in inside(driven.panel.widget) if hasattr(e, "selected_index")]
    assert folded[0].titles == ("Analysis", "Reasoning")
    assert [e.selected_index for e in folded] == [None] * len(folded)
    assert "In detail" in driven.text


def test_code_is_shown_to_be_copied(drive: Drive) -> None:
    driven = drive()
    driven.server.script = lambda: iter(answer(CODE))
    driven.ask("How?")
    driven.press("Code")
    assert control(driven.panel.widget, "Code of the answer").value == "print(1)"
    driven.press("Into a new cell")
    assert "No cell is running" in driven.text


def test_next_cell_says_when_there_is_no_code(
    drive: Drive, capsys: pytest.CaptureFixture[str]
) -> None:
    drive().panel.next_cell()
    assert capsys.readouterr().out == "The last answer has no code.\n"


def test_no_server_and_then_one(drive: Drive) -> None:
    server = ServerDouble(failure=ServerUnreachable("No server answers.", "Start it."))
    driven = drive(server)
    assert "No server answers. Start it." in driven.text
    server.failure = None
    server.add("one", "First")
    driven.press("Retry")
    driven.settle()
    assert driven.titles == ["New conversation", "First"]
    assert "No server answers." not in driven.text


def test_it_is_said_that_a_server_is_being_started() -> None:
    said, go_on = threading.Event(), threading.Event()

    def connect(say: Callable[[str], object]) -> ClientDouble:
        say("Starting a Jupyter server.")
        said.set()
        assert go_on.wait(LONG_S)
        return ClientDouble(ServerDouble())

    driven = Driven(connect=connect)
    assert said.wait(LONG_S)
    assert "Starting a Jupyter server." in driven.text
    go_on.set()
    driven.settle()
    assert "Starting" not in driven.text
    driven.panel.close()


def test_what_goes_wrong_is_one_sentence(drive: Drive) -> None:
    driven = drive()
    driven.server.script = lambda: (_ for _ in ()).throw(RuntimeError("odd"))
    driven.ask("Why?")
    assert "RuntimeError: odd" in driven.panel._parts.notice.text
    assert "Traceback" not in driven.text


def test_every_control_has_a_name(drive: Drive) -> None:
    server = ServerDouble(hits=(hit("one"),))
    driven = drive(server)
    server.script = lambda: iter(answer(CODE))
    driven.ask("How?")
    driven.press("Code")
    for name in ("Rename", "Search", "Delete", "Edit"):
        driven.press(name)
        kinds = ("Button", "Textarea", "Text", "Dropdown", "Select", "Checkbox")
        found = [e for e in inside(driven.panel.widget) if type(e).__name__ in kinds]
        assert len(found) > 15
        assert not [e for e in found if not e.tooltip]


def test_the_focus_goes_from_top_to_bottom(drive: Drive) -> None:
    driven = drive()
    driven.ask("Why?")
    order = [*inside(driven.panel.widget)]
    places = [
        order.index(each)
        for each in (
            driven.choice,
            button(driven.panel.widget, "Ask again"),
            control(driven.panel.widget, "Your question"),
            button(driven.panel.widget, "Ask"),
            button(driven.panel.widget, "Stop"),
            control(driven.panel.widget, "How much"),
        )
    ]
    assert places == sorted(places)


def test_nothing_is_left_of_a_closed_panel(drive: Drive) -> None:
    before = open_widgets()
    threads = {*threading.enumerate()}
    driven = drive()
    driven.server.script = lambda: iter(answer(CODE))
    driven.ask("How?")
    driven.press("Code")
    driven.press("Search")
    driven.panel.close()
    for thread in {*threading.enumerate()} - threads:
        thread.join(LONG_S)
        assert not thread.is_alive()
    assert open_widgets() <= before
    assert driven.panel._repr_mimebundle_() == {
        "text/plain": "This panel has been closed."
    }


def test_closing_stops_the_answer(drive: Drive) -> None:
    driven = drive()
    begun, _ = pausing(driven.server)
    driven.panel.ask("Why?")
    assert begun.wait(LONG_S)
    driven.panel.close()
    assert driven.server.cancelled == ["turn1"]


def test_widgets_do_not_grow_with_each_refresh(drive: Drive) -> None:
    server = ServerDouble()
    server.add("one", "First", *exchange("t1", "Really?", CODE))
    driven = drive(server, session="one")
    driven.press("Refresh")
    driven.settle()
    before = len(open_widgets())
    for _ in range(3):
        driven.press("Refresh")
        driven.settle()
        driven.press("New")
        driven.choice.value = "one"
        driven.settle()
    assert len(open_widgets()) == before


def test_plain_text_says_where_to_look(drive: Drive) -> None:
    bundle = drive().panel._repr_mimebundle_()
    assert bundle["text/plain"].startswith("ChatPanel, shown where there are widgets")
    assert "application/vnd.jupyter.widget-view+json" in bundle
