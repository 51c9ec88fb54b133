from __future__ import annotations

import pytest

from jupyter_llmchat.evaluation import answers
from jupyter_llmchat.evaluation.answers import AnswerOutcome
from jupyter_llmchat.evaluation.report import Figure
from jupyter_llmchat.evaluation.rows import AnswerRow, Checks

from .subjects import Scripted

ROW = AnswerRow(question="What is 1?", checks=Checks(contains_any=("one", "first")))
TWICE = {
    "core": "It is the first of all the numbers.",
    "detail": "It is the first of all the numbers. So it is.",
}


def by_measure(*outcomes: AnswerOutcome) -> dict[str, Figure]:
    return {each.measure: each for each in answers.figures(outcomes)}


@pytest.mark.parametrize(("tokens", "budget"), [(250, 250), (20, 200)])
async def test_the_plain_answer_has_the_staged_ones_budget(
    monkeypatch: pytest.MonkeyPatch, tokens: int, budget: int
) -> None:
    subject = Scripted()
    written = await subject.staged("")

    class Short(Scripted):
        async def staged(self, *arguments: object, **options: object) -> object:
            return type(written)(text="a", tokens=tokens, total_ms=1.0, first_ms=1.0)

    short = Short()
    await answers.measure(short, ROW)  # type: ignore[arg-type]
    assert short.budgets == [budget]


async def test_both_answers_are_checked_and_judged() -> None:
    found = by_measure(await answers.measure(Scripted(stages=TWICE), ROW))
    occurs = found["one of the expected words occurs (1), beside plain"]
    assert (occurs.value, occurs.peer_value, occurs.bound) == (1.0, 0.0, None)
    judged = found["mean score by the judge, beside plain"]
    assert judged.value > (judged.peer_value or 0)
    assert found["staged is preferred to plain by likelihood"].value == 1.0
    assert found["routing decisions by the model, mean"].value == 1.0
    assert found["time to the first token, mean"].value == 100.0


async def test_a_check_that_plain_passes_has_to_be_passed_as_often() -> None:
    subject = Scripted(stages=TWICE, plainly="The first.")
    good = await answers.measure(subject, ROW)
    bad = await answers.measure(Scripted(plainly="The first."), ROW)
    occurs = by_measure(good, bad)["one of the expected words occurs (2), beside plain"]
    assert (occurs.ratio, occurs.holds) == (0.5, False)


async def test_what_a_stage_repeats_is_shown() -> None:
    found = by_measure(await answers.measure(Scripted(stages=TWICE), ROW))
    share = found["said before: detail in core, mean (1)"].value
    assert share == pytest.approx(4 / 7)
    assert found["said before: most in one answer"].value == share


def test_without_rows_there_are_no_figures() -> None:
    assert answers.figures([]) == []
