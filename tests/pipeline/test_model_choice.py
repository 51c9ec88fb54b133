"""Which of several models answers: the cheapest decides, the one decided for writes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.language_model import LanguageModel
from jupyter_llmchat.pipeline import Question, Runtime, answer
from jupyter_llmchat.protocol import events
from jupyter_llmchat.protocol.ids import Tier
from tests.fakes import FakeModel

from .deciding import deciding


class TwoModels:
    """A small model and a large one, which may not be to be had."""

    names: tuple[Tier, ...] = ("fast", "complex")
    loaded = names

    def __init__(self, chosen: Tier, *, load_s: float = 0.0, broken: bool = False):
        self.fast = FakeModel(choice=deciding(tier=chosen), name="small")
        self.complex = FakeModel(name="large")
        self._load_s = load_s
        self._broken = broken

    @asynccontextmanager
    async def use(self, tier: Tier) -> AsyncIterator[LanguageModel]:
        if tier == "complex":
            await asyncio.sleep(self._load_s)
            if self._broken:
                raise ModelUnavailable("No room.", "Close something.")
        yield self.complex if tier == "complex" else self.fast


async def answered(
    models: TwoModels, tier: Tier | None = None, deadline_s: float = 20.0
) -> list[events.TurnEvent]:
    question = Question(
        turn_id="t",
        text="Why?",
        arrived=time.monotonic(),
        tier=tier,
        deadline_s=deadline_s,
    )
    async with asyncio.timeout(20):
        runtime = Runtime(models=models)
        return [each async for each in answer(runtime, question, asyncio.Event())]


def metrics(said: list[events.TurnEvent]) -> events.TurnMetrics:
    assert isinstance(said[-1], events.Complete)
    return said[-1].metrics


def codes(said: list[events.TurnEvent]) -> list[str]:
    return [each.code for each in said if isinstance(each, events.Notice)]


@pytest.mark.parametrize("tier", ["fast", "complex"])
async def test_flipping_the_tier_flips_the_model_that_writes(tier: Tier) -> None:
    models = TwoModels(tier)
    said = await answered(models)
    assert metrics(said).tier == tier
    assert bool(models.complex.generated) is (tier == "complex")
    assert bool(models.fast.generated) is (tier == "fast")
    decided = [each.name for each in said if isinstance(each, events.Decision)]
    assert "tier" in decided


async def test_the_cheapest_decides_whoever_writes() -> None:
    models = TwoModels("complex")
    await answered(models)
    assert models.complex.prompts == models.complex.generated


async def test_a_wish_of_the_users_is_no_decision() -> None:
    models = TwoModels("fast")
    said = await answered(models, tier="complex")
    assert metrics(said).tier == "complex"
    decided = [each.name for each in said if isinstance(each, events.Decision)]
    assert "tier" not in decided


@pytest.mark.parametrize(
    "models", [TwoModels("complex", broken=True), TwoModels("complex", load_s=60)]
)
async def test_a_model_that_is_not_to_be_had_is_replaced_and_it_is_said(
    models: TwoModels,
) -> None:
    said = await answered(models, deadline_s=2.0)
    assert metrics(said).tier == "fast"
    assert "tier_unavailable" in codes(said)
    assert models.fast.generated


async def test_a_tier_that_is_not_there_is_no_reason_to_fail() -> None:
    said = await answered(TwoModels("balanced"))
    assert metrics(said).tier == "fast"
