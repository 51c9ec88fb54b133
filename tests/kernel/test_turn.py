from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from jupyter_llmchat.errors import ServerUnreachable
from jupyter_llmchat.kernel import turn
from jupyter_llmchat.kernel.conversation import Client, Conversation, Question
from jupyter_llmchat.protocol.events import TurnEvent

from .builders import TURN, answer, begin, chunk, complete, numbered, start
from .scripted_client import ListView, ScriptedClient, ask, raising, talk

WAIT_S = 10.0


class StoppableAnswer:
    """Says `Half`, then waits for the cancel that ends it."""

    def __init__(self) -> None:
        self.stop = threading.Event()

    def __call__(self) -> Iterator[TurnEvent]:
        *running, last = numbered(
            start(), begin("core"), chunk("Half"), complete("cancelled")
        )
        yield from running
        assert self.stop.wait(WAIT_S)
        yield last

    def cancel(self, turn_id: str) -> bool:
        self.stop.set()
        return True


def test_interrupt_stops_the_turn_and_keeps_its_text() -> None:
    script = StoppableAnswer()
    client = ScriptedClient(script=script, on_cancel=script.cancel)
    talking = talk(client)
    view = ListView(interrupt_at="Half")
    state = talking.ask(Question(text="Why?"), view)
    assert client.cancelled == [TURN]
    assert (state.text, state.finish_reason) == ("Half", "cancelled")
    assert state.metrics is not None
    assert state.metrics.generated_tokens == 85
    assert view.ended == ["Half"]
    client.script = lambda: iter(answer("Because."))
    assert ask(talking).text == "Because."


def test_interrupt_before_the_turn_has_begun() -> None:
    gate = threading.Event()
    script = StoppableAnswer()

    def late() -> Iterator[TurnEvent]:
        assert gate.wait(WAIT_S)
        yield from script()

    class GateView(ListView):
        def show(self, state: object, progress: object) -> None:
            if not gate.is_set():
                gate.set()
                raise KeyboardInterrupt

    client = ScriptedClient(script=late, on_cancel=script.cancel)
    state = talk(client).ask(Question(text="Why?"), GateView())
    assert client.cancelled == [TURN]
    assert state.finish_reason == "cancelled"


def test_interrupt_from_within_the_stream() -> None:
    script = raising(KeyboardInterrupt(), start(), begin("core"), chunk("Half"))
    client = ScriptedClient(script=script)
    state = ask(talk(client))
    assert client.cancelled == [TURN]
    assert (state.text, state.finish_reason) == ("Half", "cancelled")


def test_interrupt_while_connecting() -> None:
    def connect(say: Callable[[str], object]) -> Client:
        raise KeyboardInterrupt

    state = ask(Conversation(connect))
    assert state.finish_reason == "cancelled"


def test_server_that_cannot_be_told_to_stop() -> None:
    def cancel(turn_id: str) -> bool:
        raise ServerUnreachable("Gone.")

    client = ScriptedClient(
        script=raising(KeyboardInterrupt(), start(), chunk("Half")), on_cancel=cancel
    )
    state = ask(talk(client))
    assert (state.text, state.finish_reason) == ("Half", "cancelled")
    assert "could not be told" in state.notices[0].message


def test_second_interrupt_gives_the_prompt_back() -> None:
    def cancel(turn_id: str) -> bool:
        raise KeyboardInterrupt

    client = ScriptedClient(
        script=raising(KeyboardInterrupt(), start(), chunk("Half")), on_cancel=cancel
    )
    assert ask(talk(client)).finish_reason == "cancelled"


def test_server_that_does_not_confirm_the_stop_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turn, "STOP_S", 0.2)
    script = StoppableAnswer()
    client = ScriptedClient(script=script)
    state = talk(client).ask(Question(text="Why?"), ListView(interrupt_at="Half"))
    assert (state.text, state.finish_reason) == ("Half", "cancelled")
    script.stop.set()
