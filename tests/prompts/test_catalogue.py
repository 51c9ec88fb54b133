from __future__ import annotations

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.prompts import catalogue
from jupyter_llmchat.protocol.ids import STAGES

STRATEGY = catalogue.decision("strategy")
PROMPTS = catalogue.stages()


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
