from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from jupyter_llmchat.errors import Forbidden, NotFound, ServerUnreachable
from jupyter_llmchat.kernel.panel.asking import Asking
from jupyter_llmchat.kernel.panel.connection import Client, Connection
from jupyter_llmchat.protocol.events import TurnEvent
from tests.kernel.builders import answer, begin, chunk, numbered, start
from tests.kernel.clock import ManualClock
from tests.kernel.scripted_client import ListView

from .server_double import ClientDouble, ServerDouble

GONE = ServerUnreachable("Gone.", "Wait.")
Outcome = Exception | list[TurnEvent]


def asking(*outcomes: Outcome) -> Asking:
    """Each outcome is that of one attempt to ask."""
    waiting = iter(outcomes)

    def ask(client: Client) -> Iterator[TurnEvent]:
        outcome = next(waiting)
        if isinstance(outcome, Exception):
            raise outcome
        yield from outcome

    connection = Connection(
        lambda say: ClientDouble(ServerDouble()), lambda message: None
    )
    return Asking(ask, connection, ListView(), ManualClock())


def with_connection(made: Asking) -> Asking:
    """As after an earlier question."""
    made._connection.client(threading.Event())
    return made


def test_an_answer() -> None:
    state = asking(answer("Because.")).run()
    assert (state.text, state.finish_reason) == ("Because.", "stop")


@pytest.mark.parametrize("error", [GONE, Forbidden("Another token.")])
def test_a_server_that_was_restarted_is_asked_again(error: Exception) -> None:
    assert with_connection(asking(error, answer("Because."))).run().text == "Because."


def test_a_server_that_is_gone() -> None:
    state = with_connection(asking(GONE, GONE)).run()
    assert state.error is not None
    assert state.error.message == "Gone."


def test_nothing_is_asked_twice_once_it_has_begun() -> None:
    begun = numbered(start(), begin("core"), chunk("Half"))

    def broken() -> Iterator[TurnEvent]:
        yield from begun
        raise GONE

    made = with_connection(asking())
    made._ask = lambda client: broken()
    state = made.run()
    assert state.text == "Half"
    assert state.error is not None


def test_what_was_asked_about_is_gone() -> None:
    made = asking(NotFound("No session."))
    made.run()
    assert made.is_gone


def test_stop_before_it_is_asked() -> None:
    made = asking()
    made.stop()
    assert made.run().finish_reason == "cancelled"


def test_an_error_of_our_own_is_said() -> None:
    state = asking(RuntimeError("odd")).run()
    assert state.error is not None
    assert "RuntimeError: odd" in state.error.message


def test_a_view_that_cannot_show_anything_more() -> None:
    made = asking(answer("Because."))

    class Gone(ListView):
        def end(self, state: object, progress: object) -> None:
            raise OSError

    made._turn.view = Gone()
    assert made.run().text == "Because."
