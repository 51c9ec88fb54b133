from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from jupyter_llmchat.errors import BadRequest, NotFound
from jupyter_llmchat.kernel.panel.connection import Client, Connection
from jupyter_llmchat.kernel.panel.look import Look
from jupyter_llmchat.kernel.panel.notice import Notice
from jupyter_llmchat.kernel.panel.parts import Parts

from .driving import button
from .server_double import LONG_S, ClientDouble, ServerDouble


@pytest.fixture
def parts() -> Iterator[Parts]:
    look = Look()
    connection = Connection(
        lambda say: ClientDouble(ServerDouble()), lambda message: None
    )
    made = Parts(
        look=look, notice=Notice(look), connection=connection, lock=threading.RLock()
    )
    yield made
    made.calls.close(LONG_S)
    look.close_all()


def raising(error: Exception) -> object:
    def action(client: Client) -> object:
        raise error

    return action


def test_what_the_server_says_is_shown(parts: Parts) -> None:
    got: list[object] = []
    parts.call(lambda client: client.session_page().sessions, got.append)
    assert parts.calls.wait(LONG_S)
    assert got == [()]


def test_why_it_fails_is_shown_and_it_can_be_tried_again(parts: Parts) -> None:
    outcomes: list[Exception | None] = [BadRequest("No."), None]
    got: list[str] = []

    def action(client: Client) -> str:
        if error := outcomes.pop(0):
            raise error
        return "yes"

    parts.call(action, got.append)
    assert parts.calls.wait(LONG_S)
    assert (parts.notice.text, got) == ("No.", [])
    button(parts.notice.widget, "Retry").click()
    assert parts.calls.wait(LONG_S)
    assert (parts.notice.text, got) == ("", ["yes"])


def test_what_is_gone(parts: Parts) -> None:
    gone: list[int] = []
    action = raising(NotFound("No."))
    parts.call(action, lambda _: None, lambda: gone.append(1))  # type: ignore[arg-type]
    parts.call(action, lambda _: None)  # type: ignore[arg-type]
    assert parts.calls.wait(LONG_S)
    assert gone == [1]
    assert parts.notice.text == "No."


def test_an_error_of_our_own_does_not_end_the_thread(parts: Parts) -> None:
    def then(value: object) -> None:
        raise RuntimeError("odd")

    got: list[object] = []
    parts.call(lambda client: 1, then)
    assert parts.calls.wait(LONG_S)
    assert "RuntimeError: odd" in parts.notice.text
    parts.call(lambda client: 2, got.append)
    assert parts.calls.wait(LONG_S)
    assert got == [2]


def test_a_closed_panel_shows_nothing(parts: Parts) -> None:
    parts.closing.set()
    got: list[object] = []
    parts.call(lambda client: 1, got.append)
    parts.call(raising(BadRequest("No.")), got.append)  # type: ignore[arg-type]
    assert parts.calls.wait(LONG_S)
    assert (got, parts.notice.text) == ([], "")
