from __future__ import annotations

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.prompts import catalogue
from jupyter_llmchat.protocol.ids import STAGES

STRATEGY = catalogue.decision("strategy")
PROMPTS = catalogue.stages()
JUDGE = catalogue.judge()
SELF_TEST = catalogue.selftest()


def test_every_option_has_examples_and_no_example_another_label() -> None:
    assert {example.label for example in STRATEGY.examples} == set(STRATEGY.options)


def test_every_strategy_has_stages_a_budget_and_a_core() -> None:
    assert set(PROMPTS.strategies) == set(STRATEGY.options)
    assert set(PROMPTS.strategies) == set(PipelineConfig().budget_s)
    for planned in PROMPTS.strategies.values():
        assert planned[0] == "core"
        assert set(planned) <= set(PROMPTS.stages) <= set(STAGES)


def test_stages_end_one_after_the_other_within_the_time() -> None:
    longest = max(PROMPTS.strategies.values(), key=len)
    shares = [PROMPTS.stages[stage].until for stage in longest]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_every_example_of_a_rating_has_one() -> None:
    ratings = {example.rating for example in JUDGE.rating.examples}
    assert {1, JUDGE.rating.highest} <= ratings <= set(range(1, 10))


def test_a_model_is_not_tested_with_what_its_prompts_show() -> None:
    shown = {example.content for example in STRATEGY.examples}
    shown |= {example.question for example in JUDGE.rating.examples}
    shown |= {example.answer for example in JUDGE.rating.examples}
    asked = [each.content for each in SELF_TEST.questions]
    asked += [each.question for each in SELF_TEST.pairs]
    asked += [each.answer for each in SELF_TEST.pairs]
    assert len(set(asked)) == len(asked)
    assert not shown & {*asked, SELF_TEST.degenerate}


def test_every_option_is_right_as_often_as_the_others() -> None:
    labels = [each.label for each in SELF_TEST.questions]
    assert {*labels} == {*STRATEGY.options}
    assert len({labels.count(option) for option in STRATEGY.options}) == 1
