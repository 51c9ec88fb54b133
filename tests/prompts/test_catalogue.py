from __future__ import annotations

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.prompts import catalogue, deciding
from jupyter_llmchat.protocol.ids import STAGES

STRATEGY = deciding.decision("strategy")
PROMPTS = catalogue.stages()
JUDGE = catalogue.judge()


def test_every_strategy_has_stages_a_budget_and_a_core() -> None:
    assert set(PROMPTS.strategies) == set(STRATEGY.options)
    assert set(PROMPTS.strategies) == set(PipelineConfig().budget_s)
    for planned in PROMPTS.strategies.values():
        assert "core" in planned
        assert set(planned) <= set(PROMPTS.stages) <= set(STAGES)


def test_only_the_last_stage_may_take_all_the_time() -> None:
    whole = [name for name, each in PROMPTS.stages.items() if each.until == 1.0]
    assert whole == ["conclusion"]


def test_every_example_of_a_rating_has_one() -> None:
    ratings = {example.rating for example in JUDGE.rating.examples}
    assert {1, JUDGE.rating.highest} <= ratings <= set(range(1, 10))
