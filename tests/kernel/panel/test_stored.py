from __future__ import annotations

import msgspec
import pytest

from jupyter_llmchat.kernel.panel.stored import exchanges, with_details
from jupyter_llmchat.protocol.resources import StageText

from .server_double import exchange, turn


def test_questions_and_answers_are_paired_in_order() -> None:
    messages = (*exchange("t1", "One?", "1"), *exchange("t2", "Two?", "2"))
    found = exchanges(messages)
    assert [(e.turn_id, e.question, e.state.text) for e in found] == [
        ("t1", "One?", "1"),
        ("t2", "Two?", "2"),
    ]


def test_figures_that_are_known_without_asking() -> None:
    (found,) = exchanges(exchange("t1", "One?"))
    assert found.state.metrics is not None
    assert found.state.metrics.total_ms == 1500.0
    assert found.state.metrics.generated_tokens == 3
    assert found.state.model == "fake"


def test_stages_are_kept_apart() -> None:
    stages = (
        StageText(stage="analysis", text="Hm"),
        StageText(stage="core", text="Better", first="Worse"),
    )
    (found,) = exchanges(exchange("t1", "One?", stages=stages))
    assert [each.stage for each in found.state.stages] == ["analysis", "core"]
    assert found.state.text == "Better"
    assert found.state.stage("core").first == "Worse"


@pytest.mark.parametrize(
    ("kept", "ended", "reason"),
    [
        ("complete", True, "stop"),
        ("cancelled", True, "cancelled"),
        ("interrupted", True, "interrupted"),
        ("failed", True, None),
        ("streaming", False, None),
    ],
)
def test_what_became_of_it(kept: str, ended: bool, reason: str | None) -> None:
    (found,) = exchanges(exchange("t1", "One?", state=kept))
    assert (found.state.ended, found.state.finish_reason) == (ended, reason)
    assert (found.state.error is not None) == (kept == "failed")


def test_a_question_without_an_answer() -> None:
    (found,) = exchanges(exchange("t1", "One?")[:1])
    assert (found.question, found.state.text) == ("One?", "")


def test_details() -> None:
    (found,) = exchanges(exchange("t1", "One?"))
    state = with_details(found.state, turn("t1"))
    assert [each.name for each in state.decisions] == ["strategy"]
    assert state.finish_reason == "length"
    assert state.metrics is not None
    assert state.metrics.first_token_ms == 120.0
    assert state.text == found.state.text


def test_a_reason_of_a_later_version_is_left_out() -> None:
    (found,) = exchanges(exchange("t1", "One?"))
    odd = msgspec.structs.replace(turn("t1"), finish_reason="tired", metrics=None)
    state = with_details(found.state, odd)
    assert state.finish_reason is None
    assert state.metrics == found.state.metrics
