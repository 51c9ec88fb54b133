from __future__ import annotations

from typing import Any

import pytest

from jupyter_llmchat.kernel.progress import Progress
from jupyter_llmchat.kernel.throttle import Throttle
from jupyter_llmchat.kernel.view import NotebookView, TerminalView
from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.protocol.fold import TurnState, apply, fold

from .builders import (
    answer,
    begin,
    chunk,
    complete,
    failed,
    finish,
    notice,
    numbered,
    start,
)
from .clock import ManualClock

NOW = Progress(elapsed_s=1.0)


class Screen:
    """Records what a notebook would be sent."""

    def __init__(self) -> None:
        self.displayed = 0
        self.bundles: list[dict[str, str]] = []

    def __call__(self, bundle: dict[str, str], **options: Any) -> Screen:
        assert options == {"raw": True, "display_id": True}
        self.displayed += 1
        self.bundles.append(bundle)
        return self

    def update(self, bundle: dict[str, str], *, raw: bool) -> None:
        assert raw
        self.bundles.append(bundle)


def states(events: list[TurnEvent]) -> list[TurnState]:
    return [fold(events[: end + 1]) for end in range(len(events))]


def test_notebook_replaces_one_output() -> None:
    screen = Screen()
    view = NotebookView(screen, Throttle(ManualClock()))
    view.say("Starting.")
    *running, last = states(answer("Be", "cause."))
    for state in running:
        view.show(state, NOW)
    view.end(last, NOW)
    assert screen.displayed == 1
    assert screen.bundles[0]["text/plain"] == "Starting."
    assert screen.bundles[-1]["text/plain"] == "Because."
    assert all(set(each) == {"text/html", "text/plain"} for each in screen.bundles)


@pytest.mark.parametrize("rate", [20, 100, 1000])
def test_notebook_gets_ten_updates_a_second_at_most(rate: int) -> None:
    clock = ManualClock()
    screen = Screen()
    view = NotebookView(screen, Throttle(clock))
    state = TurnState()
    for event in numbered(start(), *[chunk("word ") for _ in range(2 * rate)]):
        state = apply(state, event)
        view.show(state, NOW)
        clock.now += 1 / rate
    assert len(screen.bundles) <= 21
    view.end(state, NOW)
    assert screen.bundles[-1]["text/plain"].count("word") == 2 * rate


def test_notebook_is_not_sent_what_it_shows() -> None:
    clock = ManualClock()
    screen = Screen()
    view = NotebookView(screen, Throttle(clock))
    state = fold(answer("Because.")[:3])
    for tenth in range(21):
        view.show(state, Progress(elapsed_s=0.5 + tenth / 10))
        clock.now += 0.2
    assert len(screen.bundles) == 3


def printed(events: list[TurnEvent]) -> str:
    lines: list[str] = []
    view = TerminalView(lines.append)
    *running, last = states(events)
    for state in running:
        view.show(state, NOW)
    view.end(last, NOW)
    return "".join(lines)


FOOTER = "simple · 3.2 s · 85 tokens · 27 tokens/s\n"


def test_terminal_prints_text_once() -> None:
    assert printed(answer(" Be", "cause ", "why.\n")) == f"Because why.\n\n{FOOTER}"


def test_terminal_prints_as_it_streams() -> None:
    lines: list[str] = []
    view = TerminalView(lines.append)
    for state in states(answer("Be", "cause.")[:4]):
        view.show(state, NOW)
    assert [line for line in lines if line] == ["Be", "cause."]


def test_terminal_prints_stages_one_after_the_other() -> None:
    events = numbered(
        start(),
        begin("core"),
        begin("detail"),
        chunk("One", "core"),
        chunk("Two", "detail"),
        chunk(" more", "core"),
        chunk(" too", "detail"),
        finish("core"),
        begin("analysis"),
        chunk("Late", "analysis"),
        finish("analysis"),
        finish("detail"),
        complete(),
    )
    assert printed(events) == (f"One more\n\nIn detail\nTwo too\n\n{FOOTER}")


def test_terminal_prints_notices_errors_and_unfinished_text() -> None:
    events = numbered(start(), notice("Short."), begin("core"), chunk("Half"), failed())
    assert printed(events) == (
        "(Short.)\nHalf\n\nError: The model process ended.\nAsk again.\n"
    )


def test_terminal_obeys_no_escape_sequence() -> None:
    assert printed(answer("\x1b[2J\x1b]0;x\x07ok")).startswith("␛[2J␛]0;x␇ok")


def test_terminal_writes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    TerminalView().say("Starting.")
    assert capsys.readouterr().out == "Starting.\n"
