from __future__ import annotations

import pytest

from jupyter_llmchat.transfer import telling

from .builders import answer, session, turn


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("What is it?", "1. What is it?"),
        ("\n\n  What?  \nMore.", "1. What?"),
        ("# *x* <b>", "1. \\# \\*x\\* \\<b\\>"),
        ("word " * 30, "1. " + ("word " * 16).strip() + "…"),
        ("x" * 100, "1. " + "x" * 80 + "…"),
        ("", "1."),
    ],
)
def test_heading(question: str, heading: str) -> None:
    assert telling.heading(turn(question=question), 1) == heading


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("Short?", ""),
        (" Short?\n", ""),
        ("One?\nTwo?", "> One?\n> Two?"),
        ("Fix:\n```\nx", "> Fix:\n> ```\n> x\n> ```"),
    ],
)
def test_question(question: str, quoted: str) -> None:
    assert telling.question(turn(question=question)) == quoted


def test_a_conversation_without_a_title() -> None:
    assert telling.title(session(title=" \n")) == "Conversation"


def test_figures_that_are_not_known_are_left_out() -> None:
    cut = turn(answer=answer("x", state="cancelled", model="a|b"), created=9e10)
    assert telling.figures(cut).splitlines() == [
        "| Asked | Model | State |",
        "| --- | --- | --- |",
        "| 4821-12-26 16:00 UTC | a\\|b | stopped |",
    ]


def test_a_time_beyond_all_calendars_is_left_out() -> None:
    assert "Asked" not in telling.figures(turn(created=1e15))
