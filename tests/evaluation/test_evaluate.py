from __future__ import annotations

import asyncio

import pytest

from jupyter_llmchat.errors import ContextOverflow, LLMChatError, ModelUnavailable
from jupyter_llmchat.evaluation.deadlines import batches
from jupyter_llmchat.evaluation.evaluate import evaluate
from jupyter_llmchat.evaluation.plan import Findings, Plan
from jupyter_llmchat.evaluation.rows import (
    AnswerRow,
    BadAnswers,
    DecisionRow,
    GroundingRow,
    JudgeRow,
)

from .subjects import Scripted

QUESTIONS = [f"What is {number}?" for number in range(6)]
ROWS = tuple(AnswerRow(question=each) for each in QUESTIONS)
PLAN = Plan(
    decisions=tuple(DecisionRow(question=q, strategy="simple") for q in QUESTIONS),
    judge=tuple(
        JudgeRow(question=q, good="good", bad=BadAnswers(subtle="bad"))
        for q in QUESTIONS
    ),
    answers=ROWS,
    grounding=tuple(
        GroundingRow(question=q, facts=("x is 5.",), expected=("5",)) for q in QUESTIONS
    ),
    deadlines=batches(ROWS, 10),
)

Noted = list[tuple[str, int, int]]


async def evaluated(subject: Scripted, plan: Plan = PLAN) -> tuple[Findings, Noted]:
    findings, noted = Findings(), Noted()
    await evaluate(subject, plan, findings, lambda *each: noted.append(each))
    return findings, noted


async def test_everything_planned_is_measured_and_told() -> None:
    findings, noted = await evaluated(Scripted())
    assert [each.question for each in findings.decisions] == QUESTIONS
    assert [each.question for each in findings.judge] == QUESTIONS
    assert [each.question for each in findings.answers] == QUESTIONS
    assert [each.row.question for each in findings.grounding] == QUESTIONS
    assert len(findings.deadlines) == 10
    assert noted[:2] == [("decisions", 0, 6), ("decisions", 1, 6)]
    assert noted[-1] == ("deadlines, in groups", 3, 3)
    assert not findings.stopped and not findings.failed


async def test_what_is_not_planned_is_not_mentioned() -> None:
    findings, noted = await evaluated(Scripted(), Plan(answers=ROWS[:1]))
    assert (len(findings.answers), noted) == (1, [("answers", 0, 1), ("answers", 1, 1)])


async def test_a_row_that_fails_does_not_take_the_others_with_it() -> None:
    failure = ContextOverflow("Too long.", "Shorten it.")
    subject = Scripted(failure=failure, fail_on="is 3")
    findings, _ = await evaluated(subject, Plan(decisions=PLAN.decisions))
    assert len(findings.decisions) == 5
    assert findings.failed == ["decisions: Too long. Shorten it."]


async def test_without_a_model_nothing_goes_on() -> None:
    subject = Scripted(failure=ModelUnavailable("It is gone."), fail_on="is 3")
    findings = Findings()
    with pytest.raises(LLMChatError, match="It is gone"):
        await evaluate(subject, PLAN, findings, lambda *each: None)
    assert [each.question for each in findings.decisions] == QUESTIONS[:3]
    assert not findings.judge


async def test_stopping_it_keeps_what_is_known() -> None:
    findings = Findings()
    enough = asyncio.Event()

    def note(kind: str, done: int, rows: int) -> None:
        if (kind, done) == ("judge", 2):
            enough.set()

    running = asyncio.create_task(
        evaluate(Scripted(delay_s=0.001), PLAN, findings, note)
    )
    await enough.wait()
    running.cancel()
    await running
    assert findings.stopped
    assert len(findings.decisions) == 6 and len(findings.judge) == 2
    assert findings.figures()
