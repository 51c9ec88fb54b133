from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from jupyter_llmchat.errors import WorkerLost
from jupyter_llmchat.language_model import Choice, Priority
from jupyter_llmchat.pipeline import decision_test
from jupyter_llmchat.pipeline.decision_test import AT_ONCE, FEWEST, balanced
from jupyter_llmchat.pipeline.decisions import decide_all
from jupyter_llmchat.prompts import catalogue, deciding
from jupyter_llmchat.prompts.deciding import members
from tests.fakes import FakeModel

DATA = catalogue.selftest()
PROMPTS = {each.label: each for each in (*members("question"), *members("answer"))}
LABELS = {
    (" ".join(row.content.split()), " ".join(row.answer.split())): row.labels
    for row in (*DATA.questions, *DATA.answers)
}
ENOUGH_S = 3600.0
SOON_S = 0.0


def wanted(prompt: str) -> tuple[str, str | None]:
    """A decision's name, and the right word if the content is one of the test."""
    asked = prompt.rpartition("Question:")[2]
    *lines, label = (line.strip() for line in asked.split("\n") if line.strip())
    question, _, answer = " ".join(lines).partition(" Answer: ")
    decision = PROMPTS[label]
    right = LABELS.get((question, answer), {}).get(decision.name)
    return decision.name, right and decision.word(right)


class Able(FakeModel):
    """Right in one style, and else always of the same opinion."""

    def __init__(self, able: Callable[[str], bool], style: str = "few_shot") -> None:
        super().__init__(choice=self._choice)
        self.able = able
        self.style = style
        self.priorities: set[Priority] = set()

    async def choose(self, *arguments: Any, **options: Any) -> Choice:
        self.priorities.add(options["priority"])
        return await super().choose(*arguments, **options)

    def _choice(self, prompt: str, options: tuple[str, ...]) -> str:
        start = " " if options[0].startswith(" ") else ""
        name, right = wanted(prompt)
        spoken = (self.style == "few_shot") == (start == " ")
        return start + right if right and spoken and self.able(name) else options[0]


async def test_a_model_that_decides_well_is_found_to() -> None:
    found = await decision_test.decision_skills(Able(lambda name: True), ENOUGH_S)
    assert {*found} == {each.name for each in PROMPTS.values()}
    for name, skill in found.items():
        assert (skill.accuracy, skill.reliable) == (1.0, True), name
        assert skill.style == "few_shot"
        labelled = [row for row in LABELS.values() if name in row]
        assert skill.number == len(labelled)
        assert skill.chance == 1 / len(deciding.decision(name).options)


async def test_what_a_model_cannot_decide_is_found_too() -> None:
    # What the others tell about it is less than it takes.
    found = await decision_test.decision_skills(Able(lambda name: False), SOON_S)
    for skill in found.values():
        assert not skill.reliable
        assert skill.accuracy == pytest.approx(skill.chance, abs=0.05)


async def test_what_other_prompts_tell_is_heard() -> None:
    model = Able(lambda name: name == "strategy")
    found = await decision_test.decision_skills(model, SOON_S)
    assert found["strategy"].accuracy == 1.0
    # A task for a more able model is mostly one for a longer answer.
    assert found["tier"].reliable
    assert found["tier"].weighing is not None
    tier = [deciding.decision("tier")]
    taken = await decide_all(model, "t", tier, DATA.questions[0].content, skills=found)
    assert taken[0].calibrated


async def test_a_chat_is_taken_if_it_is_clearly_better() -> None:
    model = Able(lambda name: True, style="chat")
    found = await decision_test.decision_skills(model, SOON_S)
    assert {skill.style for skill in found.values()} == {"chat"}
    assert found["strategy"].accuracy > 0.9


async def test_a_slow_model_is_tested_with_fewer_contents() -> None:
    found = await decision_test.decision_skills(Able(lambda name: True), SOON_S)
    assert FEWEST - AT_ONCE <= found["refine"].number <= FEWEST
    assert found["strategy"].reliable


async def test_users_questions_go_first() -> None:
    model = Able(lambda name: True)
    await decision_test.decision_skills(model, SOON_S)
    assert model.priorities == {Priority.IDLE}


async def test_when_the_model_is_lost_hardly_anything_more_is_asked() -> None:
    class Lost(Able):
        async def choose(self, *arguments: Any, **options: Any) -> Choice:
            await super().choose(*arguments, **options)
            raise WorkerLost("It is gone.", "Wait.")

    model = Lost(lambda name: True)
    with pytest.raises(WorkerLost, match="gone"):
        await decision_test.decision_skills(model, ENOUGH_S)
    await asyncio.sleep(0.01)
    assert len(model.prompts) <= AT_ONCE * len(PROMPTS)


def test_always_saying_the_same_is_chance() -> None:
    assert balanced([0, 0, 0, 0], [0, 0, 0, 1]) == 0.5
    assert balanced([0, 0, 0, 1], [0, 0, 0, 1]) == 1.0
    assert balanced([1, 0, 0, 0], [0, 0, 1, 1]) == 0.25
    assert balanced([], []) == 0.0
