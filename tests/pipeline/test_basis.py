from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.errors import GenerationFailed
from jupyter_llmchat.language_model import ChatPrompt
from jupyter_llmchat.pipeline.basis import Basis, Foundation
from jupyter_llmchat.pipeline.deadline import Deadline
from jupyter_llmchat.pipeline.deliberation import Deliberation
from jupyter_llmchat.pipeline.grounding import NAME, NONE
from jupyter_llmchat.pipeline.models import OneModel
from jupyter_llmchat.pipeline.question import Question
from jupyter_llmchat.pipeline.runtime import Runtime
from jupyter_llmchat.protocol import events
from jupyter_llmchat.protocol.requests import ContextPart
from tests.fakes import FakeModel, prompt_text

from .deciding import deciding
from .notebook_facts import FACTS, PARTS, THRESHOLD, meaning

CELL = ContextPart(kind="notebook", name="In [1]", text="threshold = 0.75")


class Founding:
    """Finds what an answer stands on; with what it says."""

    def __init__(self, model: FakeModel, **asked: Any) -> None:
        self.said: list[events.TurnEvent] = []
        self.notices: list[str] = []
        self.stop = asyncio.Event()
        now, runtime = time.monotonic(), Runtime(models=OneModel(model))
        given = {"text": "What is the threshold?", "context": (CELL, *PARTS), **asked}
        question = Question(turn_id="t", arrived=now, **given)
        deadline = Deadline(now, 10.0, PipelineConfig())
        self.deliberation = Deliberation(
            runtime, "t", deadline, self.stop, self.said.append
        )
        self.its = Foundation(
            runtime,
            question,
            deadline,
            self.deliberation,
            lambda code, message: self.notices.append(code),
        )
        self.model = model

    async def basis(self) -> Basis:
        try:
            async with asyncio.timeout(10):
                return await self.its.basis(self.model)
        finally:
            await self.deliberation.close()

    @property
    def decisions(self) -> dict[str, events.Decision]:
        found = (each for each in self.said if isinstance(each, events.Decision))
        return {each.name: each for each in found}


def knowing(*meant: str, **chosen: str) -> FakeModel:
    return FakeModel(likelihood=meaning(*meant), choice=deciding(**chosen))


async def test_a_question_about_a_fact_is_answered_from_it_alone() -> None:
    case = Founding(knowing(THRESHOLD, context="general"))
    basis = await case.basis()
    assert (basis.is_grounded, basis.stated) == (True, THRESHOLD)
    later = prompt_text(ChatPrompt(basis.messages))
    assert THRESHOLD in later and FACTS[0] not in later and "In [1]" not in later
    assert case.decisions[NAME].chosen == THRESHOLD


async def test_any_other_question_has_the_notebook_and_what_shares_its_words() -> None:
    case = Founding(knowing(), text="Plot price by region")
    basis = await case.basis()
    assert (basis.is_grounded, basis.stated) == (False, "")
    text = prompt_text(ChatPrompt(basis.messages))
    assert "In [1]" in text and FACTS[2] in text and THRESHOLD not in text
    assert case.decisions[NAME].chosen == NONE


async def test_without_need_the_notebook_is_left_out() -> None:
    case = Founding(knowing(context="general"), text="What is a prime number?")
    text = prompt_text(ChatPrompt((await case.basis()).messages))
    assert ("In [1]" in text, "sales" in text) == (False, False)


async def test_without_facts_nothing_is_decided_about_them() -> None:
    case = Founding(knowing(), context=(CELL,))
    assert not (await case.basis()).is_grounded
    assert set(case.decisions) == {"context"}


async def test_without_a_notebook_nothing_is_decided_at_all() -> None:
    case = Founding(knowing(), context=())
    assert not (await case.basis()).is_grounded
    assert case.said == [] and case.model.prompts == []


@pytest.mark.parametrize("asked", [{"system_prompt": "Rhyme."}, {"json_schema": "{}"}])
async def test_words_on_how_to_answer_are_heard_in_a_conversation(
    asked: dict[str, str],
) -> None:
    basis = await Founding(knowing(THRESHOLD), **asked).basis()
    assert (basis.is_grounded, basis.stated) == (True, "")
    assert THRESHOLD in prompt_text(ChatPrompt(basis.messages))


async def test_a_model_that_fails_leaves_the_safe_way_and_says_so() -> None:
    class Failing(FakeModel):
        async def loglik(self, *arguments: object, **named: object) -> float:
            raise GenerationFailed("Too hot.", "Wait.")

    case = Founding(Failing())
    assert not (await case.basis()).is_grounded
    decision = case.decisions[NAME]
    assert (decision.chosen, decision.source) == (NONE, "default")
    assert any(isinstance(each, events.Notice) for each in case.said)


async def test_nobody_waits_for_the_model_once_the_answer_is_stopped() -> None:
    reading = asyncio.Event()

    class Slow(FakeModel):
        async def loglik(self, *arguments: object, **named: object) -> float:
            reading.set()
            await asyncio.Event().wait()
            return 0.0

    case = Founding(Slow())
    finding = asyncio.create_task(case.basis())
    await reading.wait()
    case.stop.set()
    assert not (await finding).is_grounded


async def test_what_is_left_out_is_told_unless_a_fact_is_enough() -> None:
    long = ContextPart(kind="notebook", name="In [2]", text="y = 1\n" * 9000)
    for model, told in ((knowing(), True), (knowing(THRESHOLD), False)):
        case = Founding(model, context=(long, *PARTS))
        await case.basis()
        assert bool(case.notices) == told
