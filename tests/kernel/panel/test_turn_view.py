from __future__ import annotations

from collections.abc import Iterator

import pytest

from jupyter_llmchat.kernel.panel.look import Look
from jupyter_llmchat.kernel.panel.stored import exchanges
from jupyter_llmchat.kernel.panel.turn_view import Actions, TurnView
from jupyter_llmchat.kernel.progress import Progress
from jupyter_llmchat.kernel.throttle import Throttle
from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.protocol.fold import TurnState, fold
from tests.kernel.builders import chunk, complete, numbered, start
from tests.kernel.clock import ManualClock

from .driving import button, shown
from .server_double import exchange

NOW = Progress(elapsed_s=1.0)


@pytest.fixture
def look() -> Iterator[Look]:
    made = Look()
    yield made
    made.close_all()


@pytest.fixture
def done() -> list[str]:
    """What was asked to be done about an answer."""
    return []


@pytest.fixture
def actions(done: list[str]) -> Actions:
    return Actions(
        regenerate=lambda view: done.append("again"),
        edit=lambda view: done.append("edit"),
        version=lambda turn_id: done.append(turn_id),
        look_up=lambda view: done.append("look up"),
        into_cell=lambda code: True,
    )


def state_of(*events: TurnEvent) -> TurnState:
    return fold(numbered(start(), *events))


def test_at_most_ten_updates_a_second(look: Look, actions: Actions) -> None:
    clock = ManualClock()
    view = TurnView("Why?", look, actions, Throttle(clock))
    seen: list[str] = []
    view._answer.observe(lambda change: seen.append(change["new"]), "value")
    events: list[TurnEvent] = []
    for number in range(200):
        events.append(chunk(" a"))
        view.show(state_of(*events), Progress(elapsed_s=number / 100))
        clock.now += 0.01
    assert 10 <= len(seen) <= 20


def test_nothing_is_sent_twice(look: Look, actions: Actions) -> None:
    clock = ManualClock()
    view = TurnView("Why?", look, actions, Throttle(clock))
    view.show(state_of(chunk("a")), NOW)
    seen: list[str] = []
    view._answer.observe(lambda change: seen.append(change["new"]), "value")
    clock.now += 1
    view.show(state_of(chunk("a")), NOW)
    assert seen == []


def test_there_is_nothing_to_do_with_it_while_it_is_written(
    look: Look, actions: Actions
) -> None:
    view = TurnView("Why?", look, actions)
    view.say("Starting.")
    assert "Starting." in shown(view.widget)
    view.show(state_of(chunk("a")), NOW)
    assert view._buttons.children == ()
    assert not view.is_over


def test_what_can_be_done_at_its_end(
    look: Look, actions: Actions, done: list[str]
) -> None:
    view = TurnView("Why?", look, actions)
    view.end(state_of(chunk("a"), complete()), NOW)
    button(view.widget, "Ask again").click()
    button(view.widget, "Edit").click()
    assert done == ["again", "edit"]
    assert view.is_over


def test_a_question_that_was_never_asked_cannot_be_asked_again(
    look: Look, actions: Actions
) -> None:
    view = TurnView("Why?", look, actions)
    view.end(TurnState(status="failed"), NOW)
    assert view._buttons.children == ()


def test_versions(look: Look, actions: Actions, done: list[str]) -> None:
    (kept,) = exchanges(exchange("t2", "Why?", versions=("t1", "t2", "t3")))
    view = TurnView.of(kept, look, actions)
    assert "version 2 of 3" in shown(view.widget)
    button(view.widget, "Before").click()
    button(view.widget, "After").click()
    assert done == ["t1", "t3"]


def test_details_of_a_kept_answer_are_fetched_once(
    look: Look, actions: Actions, done: list[str]
) -> None:
    (kept,) = exchanges(exchange("t1", "Why?"))
    view = TurnView.of(kept, look, actions)
    view._details.selected_index = 0
    assert done == ["look up"]
    view.know(view.state)
    view._details.selected_index = None
    view._details.selected_index = 0
    assert done == ["look up"]
    assert "Model: fake" in shown(view.widget)
