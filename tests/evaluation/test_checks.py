from __future__ import annotations

import pytest

from jupyter_llmchat.evaluation.checks import CHECKS, asked_names, check
from jupyter_llmchat.evaluation.rows import AnswerRow, Checks

SUM = AnswerRow(
    question="Use `sum` to add [1, 2], with `print(...)`.",
    checks=Checks(contains_any=("ADDS", "total"), expect_output="3"),
)
GOOD = "It adds them.\n\n```python\nprint(sum([1, 2]))\n```"


async def test_an_answer_that_is_right() -> None:
    found = await check(SUM, GOOD)
    assert found.passed == dict.fromkeys(CHECKS, True)
    assert (found.output, found.blocks, found.compiled) == ("3\n", 1, 1)


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        ("No.", {*CHECKS}),
        (GOOD.replace("adds", "joins"), {"contains"}),
        (GOOD.replace("2]", "3]"), {"output"}),
        (GOOD.replace("sum(", "summing("), {"names", "runs", "all_run", "output"}),
        (f"{GOOD}\n\n```python\noops(\n```", {"compiles", "all_run"}),
        (f"{GOOD}\n\n```python\noops\n```", {"all_run"}),
    ],
    ids=(
        "nothing",
        "word",
        "result",
        "name",
        "more that is no code",
        "more that fails",
    ),
)
async def test_what_is_wrong_fails_its_own_check(answer: str, failed: set[str]) -> None:
    found = await check(SUM, answer)
    assert {name for name, passed in found.passed.items() if not passed} == failed


async def test_code_that_was_not_asked_for_is_compiled_and_not_run() -> None:
    found = await check(AnswerRow(question="Why?"), "```python\nprint(1)\n```")
    assert (found.passed, found.output) == ({}, "")
    assert (found.blocks, found.compiled) == (1, 1)


async def test_code_without_a_fence_counts_where_code_was_asked_for() -> None:
    row = AnswerRow(question="Add.", checks=Checks(code_runs=True))
    found = await check(row, "Like this:\n\nx = 1 + 2\nprint(x)\n")
    assert found.passed == {"compiles": True, "runs": True, "all_run": True}


def test_names_are_what_stands_in_backticks() -> None:
    question = "Is `df.groupby('a')` or `sum` faster than `a b`? `sum` is."
    assert asked_names(question) == ("df.groupby", "sum")
