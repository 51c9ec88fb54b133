from __future__ import annotations

import pytest

from jupyter_llmchat.kernel.progress import Progress
from jupyter_llmchat.kernel.render import LABELS, html, plain, status_line
from jupyter_llmchat.protocol.events import Refinement, TurnEvent
from jupyter_llmchat.protocol.fold import TurnState, fold
from jupyter_llmchat.protocol.ids import STAGES, FinishReason
from tests.protocol.transcripts import final_state

from .builders import (
    answer,
    begin,
    chunk,
    complete,
    complete_again,
    failed,
    finish,
    notice,
    numbered,
    queued,
    start,
)
from .hostile import HOSTILE
from .safe_html import faults, text_of

NOW = Progress(elapsed_s=4.2, tokens_per_s=21.6)


def state_of(*events: TurnEvent) -> TurnState:
    return fold(numbered(*events))


STAGED = (
    start(),
    begin("core"),
    chunk("It **counts**."),
    finish("core"),
    begin("detail"),
    chunk("For `str`, characters.", "detail"),
    finish("detail"),
    begin("analysis"),
    chunk("A beginner asks.", "analysis"),
    finish("analysis"),
)


def test_finished_answer() -> None:
    label = '<p style="margin:0.8em 0 0.3em;opacity:0.8"><strong>'
    assert html(state_of(*STAGED, complete(strategy="analytical")), NOW) == (
        '<div><details style="margin:0.5em 0 0;opacity:0.7;font-size:0.9em">'
        "<summary>Analysis</summary><p>A beginner asks.</p></details>\n"
        "<p>It <strong>counts</strong>.</p>\n"
        f"{label}In detail</strong></p>\n"
        "<p>For <code>str</code>, characters.</p>\n"
        '<p style="margin:0.5em 0 0;opacity:0.7;font-size:0.9em">'
        "analytical · 3.2 s · 85 tokens · 27 tokens/s</p></div>"
    )


def test_finished_answer_in_plain_text_is_the_answer_alone() -> None:
    assert plain(state_of(*STAGED, complete()), NOW) == (
        "It **counts**.\n\nFor `str`, characters."
    )


def test_an_answer_given_again_says_so_and_how_to_get_another_one() -> None:
    state = state_of(*STAGED, complete_again())
    line = "answered before; %%chat --fresh asks again · simple · 0.0 s · 85 tokens"
    assert text_of(html(state, NOW)).endswith(line)
    assert plain(state, NOW).endswith(f"For `str`, characters.\n\n[{line}]")


@pytest.mark.parametrize(
    ("events", "line"),
    [
        ((), "Reading the question"),
        ((start(), queued(0)), "Reading the question"),
        ((start(), queued(1)), "Waiting: one other question goes first"),
        ((start(), queued(3)), "Waiting: 3 other questions go first"),
        ((start(), begin("core")), "Answering"),
        ((start(), begin("core"), finish("core")), "Deciding how to go on"),
        ((*STAGED, begin("conclusion")), "Concluding"),
    ],
)
def test_progress_while_running(events: tuple[TurnEvent, ...], line: str) -> None:
    state = state_of(*events)
    assert status_line(state, NOW) == f"{line} · 4 s · 22 tokens/s"
    assert status_line(state, Progress(elapsed_s=0.4)) == f"{line} · 0 s"
    assert line in text_of(html(state, NOW))
    assert plain(state, NOW).endswith(f"[{line} · 4 s · 22 tokens/s]")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("length", "token limit reached"),
        ("deadline", "time limit reached"),
        ("cancelled", "stopped by you"),
        ("interrupted", "interrupted: the model process ended"),
    ],
)
def test_answer_that_ended_early_says_why(reason: FinishReason, words: str) -> None:
    state = state_of(start(), chunk("Half an"), complete(reason))
    line = f"simple · 3.2 s · 85 tokens · 27 tokens/s · {words}"
    assert status_line(state, NOW) == line
    assert line in html(state, NOW)
    assert plain(state, NOW) == f"Half an\n\n[{line}]"


def test_error_keeps_what_was_said() -> None:
    state = state_of(start(), chunk("Half an"), failed())
    assert text_of(html(state, NOW)).split("\n") == [
        "Half an",
        "The model process ended. Ask again.",
    ]
    assert plain(state, NOW) == "Half an\n\nError: The model process ended.\nAsk again."


def test_error_is_escaped() -> None:
    page = html(state_of(failed("<script>", "<b>")), NOW)
    assert faults(page) == []
    assert text_of(page) == "<script> <b>"


def test_notices_are_shown() -> None:
    page = html(state_of(start(), notice("2 earlier <b> were left out")), NOW)
    assert "ⓘ 2 earlier <b> were left out" in text_of(page)


def test_stage_without_text_has_no_label() -> None:
    assert "In detail" not in html(state_of(start(), begin("detail")), NOW)


def test_every_stage_has_a_label() -> None:
    assert tuple(LABELS) == STAGES


@pytest.mark.parametrize("text", HOSTILE)
def test_pages_are_harmless(text: str) -> None:
    state = fold(answer(text))
    assert faults(html(state, NOW)) == []


def test_what_was_judged_refined_and_decided_is_shown() -> None:
    state = final_state("judged")
    shown = html(state, NOW)
    assert "Understood as: Why is my loop over the DataFrame df slow?" in shown
    assert "analytical (simple 20%, analytical 60%, comprehensive 20%; 18 ms)" in shown
    assert "refine: clear (the safe way, not by the model)" in shown
    assert (
        "<summary>The first attempt</summary><p>Loops over rows are slow.</p>" in shown
    )
    assert "quality 74/100 (judge right in 97%)" in shown
    assert "improvements" not in plain(state, NOW)


def test_a_refinement_that_is_not_used_is_not_shown() -> None:
    refined = Refinement(turn_id="t", text="Other words", used=False, ms=1.0)
    assert "Other words" not in html(state_of(*STAGED, refined), NOW)


def test_the_time_that_there_is_is_told() -> None:
    now = Progress(elapsed_s=4.2, tokens_per_s=21.6, deadline_s=60.0)
    line = "Answering · 4 s of at most 60 s · 22 tokens/s"
    assert status_line(state_of(start(), begin("core")), now) == line
