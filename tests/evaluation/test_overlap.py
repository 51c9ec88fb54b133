from __future__ import annotations

import pytest

from jupyter_llmchat.evaluation.overlap import overlaps

TEN = "one two three four five six seven eight nine ten"


def test_stages_are_compared_with_each_one_before_them() -> None:
    found = overlaps({"core": TEN, "detail": f"Zero. {TEN}", "conclusion": TEN})
    assert found == {
        ("core", "detail"): 6 / 7,
        ("core", "conclusion"): 1.0,
        ("detail", "conclusion"): 1.0,
    }


def test_case_and_marks_do_not_matter() -> None:
    later = "ONE, two: three -- four! Five"
    assert overlaps({"core": TEN, "detail": later}) == {("core", "detail"): 1.0}


@pytest.mark.parametrize("short", ["", "one two three four"])
def test_a_stage_of_a_few_words_is_left_out(short: str) -> None:
    assert overlaps({"core": TEN, "detail": short}) == {}
    assert overlaps({"core": short, "detail": TEN}) == {}


def test_other_words_do_not_overlap() -> None:
    later = "a b c d e f one two three four"
    assert overlaps({"core": TEN, "detail": later}) == {("core", "detail"): 0.0}
