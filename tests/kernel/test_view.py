from __future__ import annotations

from typing import Any

import pytest

from jupyter_llmchat.kernel.progress import Progress
from jupyter_llmchat.kernel.throttle import Throttle
from jupyter_llmchat.kernel.view import NotebookView, QuietView, TerminalView, WholeView
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
    *before, at_the_end = screen.bundles
    assert all(set(each) == {"text/html", "text/plain"} for each in before)
    # For what turns the notebook into another kind of document.
    assert at_the_end["text/markdown"] == "Because."


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


def test_the_first_word_waits_for_nothing() -> None:
    screen = Screen()
    view = NotebookView(screen, Throttle(ManualClock()))
    for state in states(answer("Be", "cause.")):
        view.show(state, NOW)
    assert [each["text/plain"].startswith("Be\n") for each in screen.bundles] == [
        False,
        True,
    ]


def test_a_markdown_of_the_models_fetches_nothing() -> None:
    screen = Screen()
    view = NotebookView(screen, Throttle(ManualClock()))
    view.end(fold(answer("![x](http://evil.test/x.png) <script>x</script>")), NOW)
    saved = screen.bundles[-1]["text/markdown"]
    assert "![" not in saved
    assert "<script" not in saved


def test_other_forms_are_shown_in_one_piece() -> None:
    screen = Screen()
    view = NotebookView(screen, Throttle(ManualClock()), form="code")
    events = numbered(
        start(),
        begin("core"),
        chunk("So:\n```python\nx = 1\n```"),
        finish("core"),
        begin("detail"),
        chunk("It is set.", "detail"),
        finish("detail"),
        complete(),
    )
    view.end(fold(events), NOW)
    assert {*screen.bundles[-1]} == {"text/html", "text/plain"}
    assert screen.bundles[-1]["text/plain"] == "x = 1"
    assert "In detail" not in screen.bundles[-1]["text/html"]


def test_on_a_terminal_json_is_printed_once_it_is_whole() -> None:
    lines: list[str] = []
    view = WholeView("json", lines.append)
    view.say("Starting.")
    for state in states(answer('{"a"', ":1}"))[:-1]:
        view.show(state, NOW)
    assert lines == ["Starting.\n"]
    view.end(fold(answer('{"a"', ":1}")), NOW)
    assert lines[1:] == ['{\n  "a": 1\n}\n']


def test_quiet_shows_errors_alone() -> None:
    lines: list[str] = []
    view = QuietView(TerminalView(lines.append))
    view.say("Starting.")
    view.show(fold(answer("Because.")[:3]), NOW)
    view.end(fold(answer("Because.")), NOW)
    assert lines == []
    view.end(fold(numbered(start(), failed("It ended.", "Ask again."))), NOW)
    assert lines[-1] == "Error: It ended.\nAsk again.\n"


def test_a_long_answer_is_shown_whole_and_sent_seldom() -> None:
    """10,000 tokens at 1,000 a second: what a notebook server passes on."""
    clock = ManualClock()
    screen = Screen()
    view = NotebookView(screen, Throttle(clock))
    events = numbered(
        start(), begin("core"), *[chunk(f"word{n} ") for n in range(10_000)]
    )
    state, sent = TurnState(), 0
    for event in events:
        state = apply(state, event)
        before = len(screen.bundles)
        view.show(state, NOW)
        sent += sum(
            len(text.encode())
            for each in screen.bundles[before:]
            for text in each.values()
        )
        clock.now += 0.001
    assert len(screen.bundles) <= 102
    assert sent < 1_000_000 * 10
    view.end(apply(state, numbered(*events, complete())[-1]), NOW)
    assert screen.bundles[-1]["text/plain"].count("word") == 10_000


def test_a_terminal_is_given_each_word_once() -> None:
    words = [f"word{n} \n" for n in range(2_000)]
    text = printed(numbered(start(), begin("core"), *map(chunk, words), complete()))
    assert [text.count(word.strip() + " ") for word in words[:-1]] == [1] * 1_999


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
