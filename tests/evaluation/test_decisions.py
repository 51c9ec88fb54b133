from __future__ import annotations

import pytest

from jupyter_llmchat.evaluation import decisions
from jupyter_llmchat.evaluation.rows import LABELS, DecisionRow
from jupyter_llmchat.prompts.deciding import decision as prompt

from .subjects import Scripted

ROWS = (
    DecisionRow(question="What is 1?", strategy="simple", intent="explain"),
    DecisionRow(question="Why is it?", strategy="analytical", intent="explain"),
    DecisionRow(question="Plan it.", strategy="comprehensive"),
)


def decision(name: str, question: str) -> str:
    if name == "intent":
        return "explain"
    return "analytical" if "Why" in question or "Plan" in question else "simple"


async def outcomes() -> list[decisions.DecisionOutcome]:
    subject = Scripted(decision=decision)
    return [await decisions.measure(subject, row) for row in ROWS]


async def test_only_decisions_with_a_label_are_asked_for() -> None:
    found = await outcomes()
    assert [{*each.decided} for each in found] == [
        {"strategy", "intent"},
        {"strategy", "intent"},
        {"strategy"},
    ]


async def test_accuracy_beside_that_without_calibration() -> None:
    figures = decisions.figures(await outcomes())
    *accuracies, time = figures
    assert [(each.value, each.peer_value, each.holds) for each in accuracies] == [
        (pytest.approx(2 / 3), pytest.approx(1 / 3), False),
        (1.0, 0.0, True),
    ]
    assert (time.measure, time.unit) == ("decisions about a question, mean", "ms")
    assert figures[0].measure == "strategy: decided right (3), beside uncalibrated"


async def test_the_confusion_table_has_a_line_for_each_label() -> None:
    strategy, intent = decisions.tables(await outcomes())
    assert [line.split() for line in strategy.splitlines()] == [
        ["strategy:", "decided", "simple", "analytical", "comprehensive"],
        ["simple", "1", "0", "0"],
        ["analytical", "0", "1", "0"],
        ["comprehensive", "0", "1", "0"],
    ]
    assert len({len(line) for line in intent.splitlines()}) == 1


async def test_a_decision_that_is_not_relied_on_says_so() -> None:
    outcome = await decisions.measure(Scripted(reliable=False), ROWS[2])
    first, _ = decisions.figures([outcome])
    assert first.measure.startswith("strategy: decided right (1, not relied on)")


def test_without_rows_there_are_no_figures() -> None:
    assert decisions.figures([]) == []
    assert decisions.tables([]) == []


@pytest.mark.parametrize("name", LABELS)
def test_the_labels_are_the_options_of_the_decision(name: str) -> None:
    assert {*decisions.OPTIONS[name]} == {*prompt(name).options}
