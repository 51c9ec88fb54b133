from __future__ import annotations

import io

import pytest

from jupyter_llmchat.evaluation import progress
from jupyter_llmchat.evaluation.progress import ProgressLine


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def through(line: ProgressLine, rows: int) -> None:
    for done in range(rows + 1):
        line("answers", done, rows)


def test_one_line_that_is_written_over() -> None:
    stream = Terminal()
    through(ProgressLine(stream), 2)
    assert stream.getvalue() == (
        "\ranswers: 0 of 2\ranswers: 1 of 2\ranswers: 2 of 2\n"
    )


def test_what_was_longer_is_wiped_out() -> None:
    stream = Terminal()
    line = ProgressLine(stream)
    line("answers", 0, 100)
    line("judge", 0, 2)
    assert stream.getvalue().endswith("\rjudge: 0 of 2    ")


def test_a_file_gets_ten_lines_at_most() -> None:
    stream = io.StringIO()
    through(ProgressLine(stream), 99)
    lines = stream.getvalue().splitlines()
    assert 10 <= len(lines) <= 11
    assert lines[-1] == "answers: 99 of 99"


@pytest.mark.parametrize(
    ("passed", "left"),
    [(4.0, ""), (10.0, ", about 10 s left"), (300.0, ", about 5 min left")],
)
def test_the_time_that_is_left(
    monkeypatch: pytest.MonkeyPatch, passed: float, left: str
) -> None:
    now = iter((0.0, passed, passed))
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(now))
    stream = Terminal()
    line = ProgressLine(stream)
    line("answers", 0, 2)
    line("answers", 1, 2)
    assert stream.getvalue().endswith(f"answers: 1 of 2{left}")
