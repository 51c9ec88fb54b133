from __future__ import annotations

from jupyter_llmchat.prompts.deciding import decision
from jupyter_llmchat.prompts.staging import stages
from jupyter_llmchat.protocol.ids import STAGES

PROMPTS = stages()


def test_there_is_a_text_for_every_option_that_can_be_decided() -> None:
    assert {*PROMPTS.strategies} == {*decision("strategy").options}
    assert {*PROMPTS.expertise} == {*decision("expertise").options}
    assert {*PROMPTS.stages["detail"].intents} == {*decision("intent").options}
    assert {*PROMPTS.arrangements} == {"independent", *decision("order").options}


def test_every_part_can_be_asked_for() -> None:
    assert {*PROMPTS.stages} == {*STAGES}
    for parts in PROMPTS.strategies.values():
        assert "core" in parts
        assert list(parts) == sorted(parts, key=STAGES.index)


def test_parts_end_in_the_order_in_which_others_wait_for_them() -> None:
    for seen in PROMPTS.arrangements.values():
        awaited = {each for before in seen.values() for each in before}
        for stage, before in seen.items():
            # One that nobody waits for may take until the end.
            until = PROMPTS.stages[stage].until if stage in awaited else 1.0
            assert all(PROMPTS.stages[each].until <= until for each in before)


def test_no_example_of_the_refinement_is_its_own_answer() -> None:
    for example in PROMPTS.refinement.examples:
        assert example.question != example.rewritten
