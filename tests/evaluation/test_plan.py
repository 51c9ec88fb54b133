from __future__ import annotations

import json

import pytest

from jupyter_llmchat.cli import eval as command
from jupyter_llmchat.evaluation import answers, decisions, grounding, judging
from jupyter_llmchat.evaluation.plan import KINDS, Findings
from jupyter_llmchat.evaluation.rows import (
    AnswerRow,
    BadAnswers,
    DecisionRow,
    GroundingRow,
    JudgeRow,
)

from .subjects import Scripted
from .test_deadlines import GOOD

LONG = "It is a long text, and in it are many words."


@pytest.fixture
async def findings() -> Findings:
    subject = Scripted(stages={"core": LONG, "detail": LONG})
    decided = DecisionRow(question="What?", strategy="simple")
    judged = JudgeRow(question="What?", good="good", bad=BadAnswers(subtle="bad"))
    grounded = GroundingRow(question="x?", facts=("x is 5.",), expected=("5",))
    return Findings(
        decisions=[await decisions.measure(subject, decided)],
        judge=[await judging.measure(subject, judged)],
        answers=[await answers.measure(subject, AnswerRow(question="What?"))],
        grounding=[await grounding.measure(subject, grounded)],
        deadlines=[GOOD],
        failed=["answers: It broke."],
    )


def test_figures_of_every_kind_are_in_one_list(findings: Findings) -> None:
    measures = " ".join(each.measure for each in findings.figures())
    kinds = ("strategy", "judge", "beside plain", "the notebook", "deadlines")
    for word in (*kinds, "not be measured"):
        assert word in measures


def test_details_can_be_written(findings: Findings) -> None:
    details = json.loads(json.dumps(findings.details()))
    assert details["confusion"] == {
        "strategy": [{"label": "simple", "decided": "simple", "count": 1}]
    }
    assert details["answers"][0]["overlaps"] == {"detail in core": 1.0}
    assert details["answers"][0]["staged"]["written"]["stages"]["core"] == LONG
    grounded = details["grounding"][0]
    assert (grounded["right"], grounded["right_without"]) == (True, False)
    assert grounded["known"]["facts"] == "x is 5."
    assert details["failed"] == ["answers: It broke."]


def test_without_findings_there_is_nothing_to_show() -> None:
    assert Findings().figures() == []
    assert not Findings().tables()


def test_the_command_knows_every_kind() -> None:
    assert command.KINDS == KINDS
