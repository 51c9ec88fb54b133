from __future__ import annotations

import json
from collections import Counter
from importlib import resources

import pytest

from jupyter_llmchat.prompts.comparison import comparison, judge_test

PROMPTS = comparison()
ROWS = judge_test().rows
CRITERIA = {"relevance", "completeness", "accuracy", "clarity"}


def evaluation() -> list[dict[str, object]]:
    data = resources.files("jupyter_llmchat") / "evaluation" / "data" / "judge.jsonl"
    return [json.loads(line) for line in data.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("texts", [PROMPTS.good, PROMPTS.nonsense])
def test_every_question_is_answered_in_each_way(texts: tuple[str, ...]) -> None:
    assert len(texts) == 1 + len(PROMPTS.questions), "an introduction comes first"


def test_the_replies_that_matter_are_among_the_options() -> None:
    replies = PROMPTS.replies
    assert {replies.helps, replies.not_asked, replies.wrong} <= {*replies.options}
    assert len({*replies.options}) == len(replies.options)


def test_every_criterion_has_its_weights() -> None:
    assert PROMPTS.scales.keys() == CRITERIA | {"overall"}
    assert all("bias" in each for each in PROMPTS.scales.values())
    # A better criterion never makes for a worse answer.
    overall = PROMPTS.scales["overall"]
    assert all(overall[name] > 0 for name in CRITERIA)


def test_the_test_set_has_every_kind_of_bad_answer_equally_often() -> None:
    counts = Counter(row.kind for row in ROWS)
    assert [*counts.values()] == [3, 3, 3, 3]


def test_no_question_is_used_twice() -> None:
    used = [
        *PROMPTS.questions,
        *(row.question for row in ROWS),
        *(str(row["question"]) for row in evaluation()),
    ]
    assert not [each for each, count in Counter(used).items() if count > 1]


def test_the_evaluation_has_all_kinds_of_answers() -> None:
    rows = evaluation()
    assert len(rows) >= 60
    for row in rows:
        assert row.keys() == {"question", "good", "bad"}
        bad = row["bad"]
        assert isinstance(bad, dict)
        assert bad.keys() == {"mismatched", "degenerate", "subtle"}
        assert len({row["good"], *bad.values()}) == 4
