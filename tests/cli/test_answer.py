from __future__ import annotations

import msgspec
import pytest

from jupyter_llmchat.characters import visible
from jupyter_llmchat.cli.answer import JsonView, TextView
from jupyter_llmchat.protocol.events import Chunk, Complete, TurnEvent
from tests.protocol.transcripts import NAMES, distinct, final_state, lines

Capture = pytest.CaptureFixture[str]


def shown(events: list[TurnEvent], capsys: Capture) -> tuple[str, str]:
    view = TextView()
    for event in events:
        view.show(event)
    view.end()
    return capsys.readouterr()


@pytest.mark.parametrize("name", NAMES)
def test_stdout_is_the_text_and_nothing_else(name: str, capsys: Capture) -> None:
    out, _ = shown(distinct(name), capsys)
    text = visible(final_state(name).text)
    if name == "parallel":
        return  # in the order of writing, see below
    if name == "judged":
        text = (
            "Loops over rows are slow.\n\nEach step makes a Series.\n\n"
            "Loops over rows are slow; use whole columns instead."
        )
    assert out == (text + "\n" if text else "")


def test_text_is_shown_as_it_arrives(capsys: Capture) -> None:
    events = distinct("normal")
    first = next(i for i, each in enumerate(events) if isinstance(each, Chunk))
    view = TextView()
    for event in events[: first + 1]:
        view.show(event)
    assert capsys.readouterr().out == "Use `pandas."


def test_parallel_stages_do_not_break_into_each_other(capsys: Capture) -> None:
    out, _ = shown(distinct("parallel"), capsys)
    assert out == (
        "Use one for cross-cutting concerns.\n\nA decorator wraps a function.\n"
    )


def test_remarks_go_to_stderr(capsys: Capture) -> None:
    _, err = shown(distinct("queued"), capsys)
    assert err.split("\n") == [
        "Waiting: questions that go first: 2.",
        "Waiting: questions that go first: 1.",
        "The first 3 exchanges no longer fit and were left out.",
        "strategy: simple (60%)",
        "History is temporary: the data folder cannot be written.",
        "1.9 s, first words after 0.3 s, 50 tokens/s",
        "",
    ]


@pytest.mark.parametrize(
    ("name", "remark"),
    [("cancelled", "was stopped"), ("deadline", "--deadline gives it more time")],
)
def test_an_early_end_is_explained(name: str, remark: str, capsys: Capture) -> None:
    assert remark in shown(distinct(name), capsys)[1]


def test_an_answer_given_again_is_marked(capsys: Capture) -> None:
    *events, last = distinct("normal")
    assert isinstance(last, Complete)
    metrics = msgspec.structs.replace(last.metrics, is_replay=True)
    again = [*events, msgspec.structs.replace(last, metrics=metrics)]
    mark = "Answered before, nothing has changed since; --fresh asks the model again."
    assert mark in shown(again, capsys)[1].split("\n")
    assert mark not in shown(distinct("normal"), capsys)[1]


def test_the_model_cannot_steer_the_terminal(capsys: Capture) -> None:
    chunk = next(each for each in distinct("normal") if isinstance(each, Chunk))
    evil = msgspec.structs.replace(chunk, text="a\x1b[2Jb\x9b31mc\u202ed")
    out, _ = shown([evil], capsys)
    assert out == "a␛[2Jb[U+009B]31mc[U+202E]d\n"


@pytest.mark.parametrize("name", NAMES)
def test_json_is_what_is_on_the_wire(name: str, capsys: Capture) -> None:
    view = JsonView()
    for event in distinct(name):
        view.show(event)
    printed = capsys.readouterr().out.encode().split(b"\n")
    assert printed[:-1] == list(dict.fromkeys(lines(name)))
