from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from jupyter_llmchat.evaluation import deadlines
from jupyter_llmchat.evaluation.deadlines import Ended, Trial, batches
from jupyter_llmchat.evaluation.rows import AnswerRow

from .subjects import Scripted

ROWS = [AnswerRow(question=f"What is {number}?") for number in range(5)]
GOOD = Ended(
    question="What?",
    deadline_s=10.0,
    at_once=2,
    total_s=9.0,
    ended="stop",
    endings=1,
    characters=20,
)


@pytest.mark.parametrize(
    ("count", "sizes"),
    [(3, [3]), (24, [8, 1, 7, 2, 6]), (36, [8, 1, 7, 2, 6, 3, 5, 4]), (37, [8, 1])],
)
def test_trials_come_in_groups_of_every_size(count: int, sizes: list[int]) -> None:
    found = batches(ROWS, count)
    assert sum(map(len, found)) == count
    assert [len(each) for each in found][: len(sizes)] == sizes


def test_deadlines_are_drawn_and_the_same_each_time() -> None:
    found = [each for batch in batches(ROWS, 200) for each in batch]
    assert found == [each for batch in batches(ROWS, 200) for each in batch]
    drawn = [each.deadline_s for each in found]
    assert 5 <= min(drawn) < 10 and 55 < max(drawn) <= 60
    assert {each.row.question for each in found} == {row.question for row in ROWS}


async def test_every_answer_of_a_group_gets_its_deadline() -> None:
    subject = Scripted()
    batch = [Trial(row=row, deadline_s=7.0 + at) for at, row in enumerate(ROWS)]
    ended = await deadlines.measure(subject, batch)
    assert subject.deadlines == [7.0, 8.0, 9.0, 10.0, 11.0]
    assert [(each.at_once, each.total_s, each.in_time) for each in ended] == [
        (5, 1.0, True)
    ] * 5


@pytest.mark.parametrize(
    ("change", "missed"),
    [
        ({}, set()),
        ({"total_s": 10.4}, set()),
        ({"total_s": 10.6}, {"ended within the deadline"}),
        ({"endings": 2}, {"exactly one last event"}),
        ({"endings": 0}, {"exactly one last event"}),
        ({"characters": 0}, set()),
    ],
)
def test_what_has_to_hold(change: dict[str, Any], missed: set[str]) -> None:
    figures = deadlines.figures([GOOD, replace(GOOD, **change)])
    failed = {each.measure for each in figures if each.holds is False}
    assert failed == {f"deadlines: {each} (2)" for each in missed}


def test_the_latest_ending_is_told() -> None:
    *_, latest = deadlines.figures([GOOD, replace(GOOD, total_s=10.25)])
    assert (latest.value, latest.unit) == (0.25, "s")
    assert deadlines.figures([]) == []
