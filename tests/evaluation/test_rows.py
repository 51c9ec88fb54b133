from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from jupyter_llmchat.evaluation.rows import (
    AnswerRow,
    BadAnswers,
    Checks,
    DecisionRow,
    JudgeRow,
)


def test_labels_that_are_left_out_are_not_asked_for() -> None:
    row = DecisionRow(question="Why?", intent="explain")
    assert row.labels == {"intent": "explain"}
    assert row.stratum == "explain"


def test_kinds_that_are_left_out_are_not_judged() -> None:
    bad = BadAnswers(subtle="Almost.")
    assert JudgeRow(question="Why?", good="So.", bad=bad).bad.texts == {
        "subtle": "Almost."
    }


def test_an_expected_output_asks_for_code() -> None:
    assert Checks(expect_output="5").asks_code
    assert not Checks(contains_any=("five",)).asks_code


def test_rows_with_and_without_context_or_code_are_different_kinds() -> None:
    checks = Checks(code_runs=True)
    rows = [
        AnswerRow(question="Why?", context=context, checks=each)
        for context in ("", "[1] x = 1")
        for each in (Checks(), checks)
    ]
    assert len({row.stratum for row in rows}) == 4


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (DecisionRow, '{"question": " "}', "The question is empty"),
        (DecisionRow, '{"question": "a", "strategy": "hard"}', "'hard'"),
        (DecisionRow, '{"question": "a", "stratgy": "simple"}', "`stratgy`"),
        (DecisionRow, '{"strategy": "simple"}', "`question`"),
        (JudgeRow, '{"question": "a", "good": "", "bad": {}}', "good answer is empty"),
        (JudgeRow, '{"question": "a", "good": "b", "bad": {}}', "no bad answer"),
        (JudgeRow, '{"question": "a", "good": "b", "bad": {"odd": "c"}}', "`odd`"),
        (AnswerRow, '{"question": "a", "checks": {"runs": true}}', "`runs`"),
        (AnswerRow, '{"question": "a", "checks": {"contains_any": [""]}}', "is empty"),
        (AnswerRow, '{"question": "a", "checks": {"expect_output": " "}}', "is empty"),
    ],
)
def test_what_is_wrong_is_said(kind: type, text: str, said: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.json.decode(text, type=kind)
    assert said in str(refused.value)


def test_the_formats_name_every_field_and_label() -> None:
    for kind in (DecisionRow, JudgeRow, AnswerRow):
        for name in kind.__struct_fields__:
            assert f'"{name}"' in kind.FORMAT
    for field in msgspec.structs.fields(DecisionRow)[1:]:
        for option in get_args(get_args(field.type)[0]):
            assert option in DecisionRow.FORMAT
