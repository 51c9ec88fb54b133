from __future__ import annotations

import pytest

from jupyter_llmchat.language_model import Priority
from jupyter_llmchat.pipeline.facts import facts
from jupyter_llmchat.pipeline.grounding import (
    LABEL_CHARS,
    NAME,
    NONE,
    Grounding,
    ahead,
    candidates,
    conclude,
    weigh,
)
from jupyter_llmchat.prompts.grounding import grounding
from tests.fakes import FakeModel, prompt_text

from .notebook_facts import FACTS, PARTS, THRESHOLD, meaning

KNOWN = facts(PARTS)
ASKED = "What is the value of threshold?"


async def grounded(question: str = ASKED, *meant: str) -> Grounding:
    model = FakeModel(likelihood=meaning(*meant))
    weighed = await weigh(model, question, candidates(question, KNOWN))
    return conclude("t", weighed, 0.0)


async def test_the_fact_that_makes_the_question_likeliest_is_taken() -> None:
    found = await grounded(ASKED, THRESHOLD)
    assert [each.text for each in found.facts] == [THRESHOLD]
    decision = found.decision
    assert (decision.name, decision.chosen, decision.source) == (
        NAME,
        THRESHOLD,
        "model",
    )
    assert sum(each.probability for each in decision.options) == pytest.approx(1.0)
    labels = [each.label for each in decision.options]
    assert labels == [THRESHOLD, NONE]
    assert all(len(label) <= LABEL_CHARS for label in labels)


async def test_none_is_taken_if_no_fact_makes_it_likelier() -> None:
    found = await grounded("Why do cats purr?")
    assert (found.facts, found.decision.chosen) == ((), NONE)


async def test_several_are_taken_if_they_are_as_good() -> None:
    found = await grounded("What are price and units?", FACTS[2], FACTS[4])
    assert {each.text for each in found.facts} == {FACTS[2], FACTS[4]}
    assert " + " in found.decision.chosen


async def test_no_facts_are_none() -> None:
    assert conclude("t", (), 0.0).decision.chosen == NONE


def test_only_what_is_near_is_asked_about() -> None:
    assert candidates("Why do cats purr?", KNOWN) == ()
    (only,) = candidates(ASKED, KNOWN)
    assert only.fact.text == THRESHOLD
    several = candidates("What are price and units?", KNOWN)
    assert {FACTS[2], FACTS[4]} <= {each.fact.text for each in several}
    assert len(several) <= grounding().candidates


async def test_all_are_asked_about_at_once_and_first() -> None:
    priorities = []

    class Noting(FakeModel):
        async def loglik(self, *arguments: object, **named: object) -> float:
            priorities.append(named["priority"])
            return -1.0

    matches = candidates(ASKED, KNOWN)
    await weigh(Noting(), ASKED, matches)
    assert priorities == [Priority.VISIBLE] * (len(matches) + 1)


async def test_what_is_read_ahead_is_what_is_asked_about() -> None:
    model = FakeModel()
    (fact,) = (each for each in KNOWN if each.text == THRESHOLD)
    await weigh(model, ASKED, candidates(ASKED, (fact,)))
    known = prompt_text(ahead(fact))
    assert known in model.prompts
    assert prompt_text(ahead()) in model.prompts
    assert known.endswith(f"\n\nFact: {THRESHOLD}\nQuestion:")


def test_facts_cannot_pretend_to_be_ours() -> None:
    (prompt,) = (ahead(each) for each in facts(PARTS) if each.text == THRESHOLD)
    trusted = "".join(part.text for part in prompt.parts if part.trusted)
    assert "threshold" not in trusted
