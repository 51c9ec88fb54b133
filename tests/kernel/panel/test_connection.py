from __future__ import annotations

import threading

import pytest

from jupyter_llmchat.errors import BadRequest, LLMChatError, ServerUnreachable
from jupyter_llmchat.kernel.panel.connection import Client, Connection, Stopped

from .server_double import LONG_S, ClientDouble, ServerDouble

GONE = ServerUnreachable("Gone.")


class Way:
    """Connections that the test lets fail; `made` are the clients in order."""

    def __init__(self, *failures: Exception) -> None:
        self.made: list[ClientDouble] = []
        self.failures = [*failures]
        self.stop = threading.Event()
        self.connection = Connection(self._connect, lambda message: None)

    def _connect(self, say: object) -> ClientDouble:
        if self.failures:
            raise self.failures.pop(0)
        self.made.append(ClientDouble(ServerDouble()))
        return self.made[-1]

    def call(self, *outcomes: Exception | str) -> str:
        waiting = iter(outcomes)

        def action(client: Client) -> str:
            outcome = next(waiting)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        return self.connection.call(action, self.stop)


def test_one_client_for_all_calls() -> None:
    way = Way()
    assert [way.call("a"), way.call("b")] == ["a", "b"]
    assert len(way.made) == 1


def test_a_lost_server_is_replaced_once() -> None:
    way = Way()
    way.call("a")
    assert way.call(GONE, "b") == "b"
    assert [each.is_closed for each in way.made] == [True, False]
    with pytest.raises(ServerUnreachable):
        way.call(GONE, GONE)
    assert way.call("c") == "c"


def test_other_errors_are_raised_at_once() -> None:
    way = Way()
    with pytest.raises(BadRequest):
        way.call(BadRequest("No."))
    assert way.call("a") == "a"
    assert len(way.made) == 1


def test_a_server_that_cannot_be_reached() -> None:
    way = Way(GONE, RuntimeError("odd"))
    with pytest.raises(ServerUnreachable):
        way.call("a")
    with pytest.raises(LLMChatError, match="No server could be reached: odd"):
        way.call("a")
    assert way.call("a") == "a"


def test_after_a_stop_nobody_waits_for_a_server() -> None:
    begun, go_on = threading.Event(), threading.Event()
    made: list[ClientDouble] = []

    def connect(say: object) -> ClientDouble:
        begun.set()
        assert go_on.wait(LONG_S)
        made.append(ClientDouble(ServerDouble()))
        return made[-1]

    connection = Connection(connect, lambda message: None)
    stop = threading.Event()
    raised: list[str] = []

    def wait() -> None:
        try:
            connection.client(stop)
        except Stopped:
            raised.append("stopped")

    thread = threading.Thread(target=wait)
    thread.start()
    assert begun.wait(LONG_S)
    stop.set()
    thread.join(LONG_S)
    assert raised == ["stopped"]
    go_on.set()
    # What was made is of use for the next question.
    assert connection.client(threading.Event())[0] in made


def test_stopped_before_it_begins() -> None:
    way = Way()
    way.stop.set()
    with pytest.raises(Stopped):
        way.call("a")
    assert way.made == []


def test_two_threads_that_connect_at_once_share_a_client() -> None:
    both = threading.Barrier(2)
    made: list[ClientDouble] = []

    def connect(say: object) -> ClientDouble:
        both.wait(LONG_S)
        made.append(ClientDouble(ServerDouble()))
        return made[-1]

    connection = Connection(connect, lambda message: None)
    got: list[Client] = []

    def take() -> None:
        got.append(connection.client(threading.Event())[0])

    threads = [threading.Thread(target=take) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(LONG_S)
    assert got[0] is got[1]
    assert sorted(each.is_closed for each in made) == [False, True]


def test_closed() -> None:
    way = Way()
    way.call("a")
    way.connection.close()
    assert way.made[0].is_closed
    with pytest.raises(Stopped):
        way.call("a")
