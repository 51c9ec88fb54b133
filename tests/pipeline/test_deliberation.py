from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.pipeline.deadline import Deadline
from jupyter_llmchat.pipeline.deliberation import Deliberation
from jupyter_llmchat.pipeline.models import OneModel
from jupyter_llmchat.pipeline.runtime import Runtime
from jupyter_llmchat.protocol import events
from tests.fakes import FakeModel

from .deciding import deciding


class Deliberating:
    """A deliberation with what it says."""

    def __init__(self, model: FakeModel, deadline_s: float = 10.0) -> None:
        self.said: list[events.TurnEvent] = []
        self.stop = asyncio.Event()
        deadline = Deadline(time.monotonic(), deadline_s, PipelineConfig())
        self.its = Deliberation(
            Runtime(models=OneModel(model)), "t", deadline, self.stop, self.said.append
        )


async def test_what_the_model_decides_is_said_and_kept() -> None:
    case = Deliberating(FakeModel(choice=deciding(strategy="analytical")))
    case.its.ask(("strategy", "parts"), "Why?")
    assert await case.its.chosen("strategy") == "analytical"
    assert await case.its.chosen("parts") == "dependent"
    assert case.said == [*case.its.taken]
    assert {each.name for each in case.its.taken} == {"strategy", "parts"}
    await case.its.close()


async def test_all_are_asked_at_once() -> None:
    model = FakeModel(piece_delay_s=0.05)
    case = Deliberating(model)
    case.its.ask(("strategy", "parts", "order"), "Why?")
    await asyncio.sleep(0.01)
    assert len(model.prompts) == 3
    await case.its.close()
    assert case.said == []


async def test_a_model_that_takes_too_long_leaves_the_safe_way() -> None:
    case = Deliberating(FakeModel(piece_delay_s=60), deadline_s=0.1)
    case.its.ask(("strategy",), "Why?")
    assert await case.its.chosen("strategy") == "simple"
    notice, decision = case.said
    assert isinstance(notice, events.Notice)
    assert "not enough time" in notice.message
    assert isinstance(decision, events.Decision)
    assert decision.source == "default"


async def test_nobody_waits_for_a_decision_once_the_answer_is_stopped() -> None:
    case = Deliberating(FakeModel(piece_delay_s=60))
    case.its.ask(("strategy",), "Why?")
    waiting = asyncio.create_task(case.its.chosen("strategy"))
    await asyncio.sleep(0)
    case.stop.set()
    async with asyncio.timeout(1):
        assert await waiting == "simple"
    await case.its.close()
    assert case.its.taken == ()


async def test_a_bug_comes_through() -> None:
    class Broken(FakeModel):
        async def choose(self, *args: object, **named: object) -> Any:
            raise ZeroDivisionError

    case = Deliberating(Broken())
    case.its.ask(("strategy",), "Why?")
    with pytest.raises(ZeroDivisionError):
        await case.its.chosen("strategy")
    await case.its.close()


async def test_whether_the_model_is_sure_goes_by_its_probability() -> None:
    case = Deliberating(FakeModel(choice=deciding(context="general")))
    case.its.ask(("context",), "Why?")
    assert await case.its.is_sure("context", "general", 0.8)
    assert not await case.its.is_sure("context", "general", 0.81)
    assert not await case.its.is_sure("context", "notebook", 0.0)


async def test_what_is_read_off_otherwise_is_waited_for() -> None:
    case = Deliberating(FakeModel())

    async def reading(limit: float) -> str:
        assert limit > time.monotonic()
        return "found"

    assert await case.its.read("grounding", reading, "none") == "found"
    assert case.said == []


async def test_what_is_not_read_in_time_is_the_safe_option() -> None:
    case = Deliberating(FakeModel(), deadline_s=0.05)

    async def reading(limit: float) -> str:
        await asyncio.Event().wait()
        return ""

    assert await case.its.read("grounding", reading, "none") is None
    (decision,) = case.its.taken
    assert (decision.name, decision.chosen, decision.source) == (
        "grounding",
        "none",
        "default",
    )


async def test_who_waits_no_longer_leaves_nothing_behind() -> None:
    before = asyncio.all_tasks()
    case = Deliberating(FakeModel(piece_delay_s=60))
    case.its.ask(("strategy",), "Why?")
    waiting = asyncio.create_task(case.its.chosen("strategy"))
    await asyncio.sleep(0)
    waiting.cancel()
    await case.its.close()
    await asyncio.gather(waiting, return_exceptions=True)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
