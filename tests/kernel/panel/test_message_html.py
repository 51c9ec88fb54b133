from __future__ import annotations

import pytest

from jupyter_llmchat.kernel.panel.message_html import (
    answer_html,
    details_html,
    figures_line,
    question_html,
    stage_html,
)
from jupyter_llmchat.kernel.progress import Progress
from jupyter_llmchat.protocol.events import (
    Complete,
    Decision,
    Option,
    Quality,
    Refinement,
    Revision,
    TurnEvent,
    TurnMetrics,
)
from jupyter_llmchat.protocol.fold import StageState, TurnState, fold
from jupyter_llmchat.protocol.ids import STAGES, Stage
from tests.kernel.builders import (
    TURN,
    chunk,
    complete,
    complete_again,
    failed,
    notice,
    numbered,
    start,
)
from tests.kernel.safe_html import faults, text_of

from .payloads import PAYLOADS

NOW = Progress(elapsed_s=4.2)


def state_of(*events: TurnEvent) -> TurnState:
    return fold(numbered(start(), *events))


def decided(name: str, chosen: str, source: str = "model") -> Decision:
    return Decision(
        turn_id=TURN,
        name=name,
        options=(Option(label=chosen, probability=0.9),),
        chosen=chosen,
        calibrated=True,
        tokens=1,
        ms=3.0,
        source=source,  # type: ignore[arg-type]
    )


def everywhere(text: str) -> TurnState:
    """A turn with this text wherever a server or a model could have put it."""
    stages: tuple[Stage, ...] = STAGES
    quality = dict.fromkeys(("relevance", "completeness", "accuracy", "clarity"), 1.0)
    return state_of(
        *(chunk(text, stage) for stage in stages),
        decided(text, text),
        notice(text),
        Refinement(turn_id=TURN, text=text, used=True, ms=1.0),
        Revision(
            turn_id=TURN, stage="core", text=text, used=True, score=2, first_score=1
        ),
        Quality(turn_id=TURN, score=1.0, method=text, improvements=text, **quality),
        failed(text, text),
    )


def test_there_are_many_payloads() -> None:
    assert len({*PAYLOADS}) >= 200


@pytest.mark.parametrize("text", PAYLOADS)
def test_no_text_becomes_more_than_text(text: str) -> None:
    state = everywhere(text)
    pages = (
        question_html(text),
        answer_html(state, NOW),
        details_html(state),
        *map(stage_html, state.stages),
    )
    for page in pages:
        assert faults(page) == []


def test_a_question_is_shown_as_typed() -> None:
    assert text_of(question_html(" a < b\n  & c ")) == "a < b\n  & c"


def test_what_answers_is_told_with_labels() -> None:
    state = state_of(chunk("Hm", "analysis"), chunk("Yes"), chunk("More", "detail"))
    shown = text_of(answer_html(state, NOW))
    assert shown.startswith("Yes")
    assert "In detail" in shown
    assert "Hm" not in shown


def test_a_stage_that_says_nothing() -> None:
    assert stage_html(StageState(stage="core", text=" \n")) == ""


def test_the_figures() -> None:
    metrics = TurnMetrics(
        total_ms=3210.0,
        first_token_ms=140.0,
        tokens_per_s=31.2,
        generated_tokens=84,
        prompt_tokens=100,
        cached_tokens=91,
        strategy="simple",
        quality=81.0,
    )
    quality = Quality(
        turn_id=TURN,
        score=81,
        relevance=80,
        completeness=80,
        accuracy=80,
        clarity=84,
        method="x",
        reliability=0.86,
    )
    end = Complete(turn_id=TURN, finish_reason="length", metrics=metrics)
    line = figures_line(state_of(quality, end), NOW)
    assert line == (
        "simple · 3.2 s · 84 tokens · 31 tokens/s · quality 81/100 (judge right in 86%)"
        " · token limit reached · first word after 0.14 s"
        " · 91% of what it read was cached"
    )


def test_an_answer_that_was_given_before() -> None:
    line = figures_line(state_of(complete_again()), NOW)
    assert line.startswith("answered before (Options: “Ask anew”")
    assert "%%chat" not in line


def test_the_figures_while_it_is_written() -> None:
    assert "4 s" in figures_line(state_of(chunk("Y")), NOW)


def test_what_went_wrong_stands_below_the_text() -> None:
    shown = text_of(answer_html(state_of(chunk("Half"), failed()), NOW))
    assert shown.index("Half") < shown.index("The model process ended.")


def test_details() -> None:
    state = state_of(
        decided("strategy", "simple"),
        decided("context", "no", "default"),
        chunk("Worse"),
        Revision(
            turn_id=TURN, stage="core", text="Better", used=True, score=2, first_score=1
        ),
        complete(),
    )
    shown = text_of(details_html(state))
    assert "simple 90% · 3 ms" in shown
    assert "the safe way, not by the model" in shown
    assert "The first attempt" in shown
    assert "Model: fake" in shown


def test_nothing_is_known() -> None:
    assert "Nothing is known" in details_html(TurnState())
