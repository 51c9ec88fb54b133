from __future__ import annotations

from dataclasses import fields

import pytest

from jupyter_llmchat.protocol.requests import AskOptions, ContextPart
from jupyter_llmchat.server.asking import Asking

HERE = ContextPart(kind="cell", name="1", text="x = 1")


def asking(**options: object) -> Asking:
    return Asking(
        owner="ada",
        session_id="s",
        turn_id="t",
        client_message_id="mine",
        text="Why?",
        context=(HERE,),
        options=AskOptions(**options),  # type: ignore[arg-type]
        deadline_s=120.0,
        arrived=5.0,
    )


ALL = {
    "deadline_s": 1.0,
    "temperature": 0.5,
    "max_tokens": 7,
    "seed": 3,
    "strategy": "simple",
    "tier": "fast",
    "system_prompt": "Be brief.",
    "json_schema": {"type": "object"},
}


def test_the_pipeline_is_told_all_of_it() -> None:
    question = asking(**ALL).question(())
    assert (question.turn_id, question.text, question.arrived) == ("t", "Why?", 5.0)
    assert (question.context, question.history) == ((HERE,), ())
    for name in ALL.keys() - {"deadline_s", "json_schema"}:
        assert getattr(question, name) == ALL[name]
    assert question.json_schema == '{"type":"object"}'


def test_json_has_one_part() -> None:
    schema = {"type": "object"}
    asked = asking(strategy="comprehensive", json_schema=schema).question(())
    assert asked.strategy == "simple"


@pytest.mark.parametrize(("asked", "told"), [(None, None), (500.0, 120.0)])
def test_only_a_deadline_that_was_asked_for_is_told(
    asked: float | None, told: float | None
) -> None:
    assert asking(deadline_s=asked).question(()).deadline_s == told


def test_a_question_has_no_field_that_is_not_told() -> None:
    from jupyter_llmchat.pipeline import Question

    question = asking(**ALL).question(())
    unset = {each.name for each in fields(Question)} - {"history"}
    assert not [name for name in unset if getattr(question, name) is None]
