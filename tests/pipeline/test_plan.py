from __future__ import annotations

import itertools

import pytest

from jupyter_llmchat.pipeline.plan import FIRST, plan
from jupyter_llmchat.prompts.staging import stages
from jupyter_llmchat.protocol.ids import STAGES

PROMPTS = stages()
CHOSEN = {"strategy": "comprehensive", "parts": "dependent", "order": "reasons"}


@pytest.mark.parametrize(
    ("strategy", "parts"),
    [
        ("simple", ("core",)),
        ("analytical", ("analysis", "reasoning", "core", "detail")),
        ("comprehensive", STAGES),
    ],
)
def test_the_strategy_says_which_parts_there_are(
    strategy: str, parts: tuple[str, ...]
) -> None:
    assert plan(CHOSEN | {"strategy": strategy}, PROMPTS).stages == parts


def test_independent_parts_are_written_beside_the_core() -> None:
    made = plan(CHOSEN | {"parts": "independent"}, PROMPTS)
    assert made.is_parallel
    assert made.seen["reasoning"] == made.seen["detail"] == ()
    assert made.seen["conclusion"] == ("core", "detail")


def test_dependent_parts_follow_one_another_in_the_order_decided() -> None:
    reasons = plan(CHOSEN | {"order": "reasons"}, PROMPTS)
    assert reasons.seen["reasoning"] == ("core",)
    assert "reasoning" in reasons.seen["detail"]
    details = plan(CHOSEN | {"order": "details"}, PROMPTS)
    assert details.seen["detail"] == ("core",)
    assert "detail" in details.seen["reasoning"]


def test_no_plan_can_wait_for_itself() -> None:
    """Every part can be written once those before it are, whatever is decided."""
    for strategy, parts, order in itertools.product(
        PROMPTS.strategies, ("independent", "dependent"), ("reasons", "details")
    ):
        made = plan({"strategy": strategy, "parts": parts, "order": order}, PROMPTS)
        assert made.seen[FIRST] == ()
        written: set[str] = set()
        for _ in made.stages:
            written |= {each for each in made.stages if written >= {*made.seen[each]}}
        assert written == {*made.stages}


def test_a_part_is_awaited_if_another_sees_it() -> None:
    made = plan(CHOSEN | {"strategy": "simple"}, PROMPTS)
    assert not made.awaited("core")
    made = plan(CHOSEN | {"parts": "independent"}, PROMPTS)
    assert made.awaited("core")
    assert not made.awaited("conclusion")
