from __future__ import annotations

from jupyter_llmchat.kernel.facts.inquiry import TimeBudget

from .inquiries import inquiry


def test_time_that_is_left() -> None:
    now = 10.0
    time = TimeBudget(2.0, clock=lambda: now)
    assert time.left() == 2.0
    now = 11.5
    assert time.left() == 0.5
    assert time.now() == 11.5
    now = 13.0
    assert time.left() == 0.0


def test_no_time_is_left_once_nobody_waits() -> None:
    waits = True
    time = TimeBudget(2.0, clock=lambda: 0.0, stop=lambda: not waits)
    assert time.left() == 2.0
    waits = False
    assert time.left() == 0.0


def test_names_in_the_question() -> None:
    assert inquiry("What is the Net Margin?").names("net margin")
    assert not inquiry("").names("net margin")
