from __future__ import annotations

import pytest

from jupyter_llmchat.evaluation import judging
from jupyter_llmchat.evaluation.rows import BadAnswers, JudgeRow

from .subjects import Scripted


def row(good: str, **bad: str) -> JudgeRow:
    return JudgeRow(question="Why?", good=good, bad=BadAnswers(**bad))


async def outcomes(*rows: JudgeRow) -> list[judging.JudgeOutcome]:
    """Longer answers are the better ones."""
    return [await judging.measure(Scripted(), each) for each in rows]


async def test_all_answers_to_a_question_are_scored() -> None:
    (found,) = await outcomes(row("long", mismatched="a", subtle="abcd"))
    assert (found.good, found.bad) == (4.0, {"mismatched": 1.0, "subtle": 4.0})


async def test_auc_and_means_for_each_kind() -> None:
    found = await outcomes(
        row("long", mismatched="a", subtle="abcd"),
        row("longer", mismatched="ab", subtle="abcdefgh"),
    )
    figures = {each.measure: each for each in judging.figures(found)}
    against = "judge: AUC, good against"
    assert figures[f"{against} mismatched (2)"].value == 1.0
    assert figures[f"{against} mismatched (2)"].holds
    subtle = figures[f"{against} subtle (2)"]
    assert (subtle.value, subtle.bound) == (pytest.approx(1.5 / 4), None)
    mean = figures["judge: mean score of mismatched, beside good"]
    assert (mean.value, mean.peer_value) == (1.5, 5.0)
    assert figures["judge: reliability that it states"].value == 0.75
    assert not [measure for measure in figures if "degenerate" in measure]


def test_without_rows_there_are_no_figures() -> None:
    assert judging.figures([]) == []


@pytest.mark.parametrize(
    ("higher", "lower", "auc"),
    [((2, 3), (0, 1), 1.0), ((0, 1), (2, 3), 0.0), ((1,), (1,), 0.5)],
)
def test_auc(higher: tuple[float, ...], lower: tuple[float, ...], auc: float) -> None:
    assert judging.auc(higher, lower) == auc
