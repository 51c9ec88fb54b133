from __future__ import annotations

import asyncio
import logging

import pytest

from jupyter_llmchat.errors import NotFound
from jupyter_llmchat.protocol.ids import Tier
from jupyter_llmchat.server.openai.names import Named, named, names
from jupyter_llmchat.server.settings import TierSettings
from jupyter_llmchat.server.tiers import Memory, Tiers
from tests.server.builders import HostedFake


def _tiers(**models: HostedFake) -> Tiers:
    memory = Memory(budget=lambda: 0, needed=lambda tier: 0)
    log = logging.getLogger("test")
    return Tiers(models, TierSettings(), memory, log)  # type: ignore[arg-type]


async def test_each_tier_has_a_pair_of_names() -> None:
    tiers = _tiers(fast=HostedFake(name="small"), complex=HostedFake(name="large"))

    def pair(name: str, tier: Tier) -> dict[str, Named]:
        return {
            name: Named(id=name, tier=tier, staged=False),
            f"{name}-staged": Named(id=f"{name}-staged", tier=tier, staged=True),
        }

    assert await names(tiers) == pair("small", "fast") | pair("large", "complex")
    assert [*await names(tiers)] == ["small", "small-staged", "large", "large-staged"]


async def test_of_two_tiers_with_one_file_the_cheaper_answers() -> None:
    tiers = _tiers(fast=HostedFake(), balanced=HostedFake())
    assert (await named(tiers, "fake")).tier == "fast"
    assert len(await names(tiers)) == 2


async def test_a_file_that_is_still_being_looked_for_is_waited_for() -> None:
    model = HostedFake(name="embedded")
    model.state = "starting"

    async def ready() -> None:
        await asyncio.sleep(0)
        model.name, model.state = "SmolLM2", "ready"

    model.ready = ready  # type: ignore[method-assign]
    assert [*await names(_tiers(fast=model))] == ["SmolLM2", "SmolLM2-staged"]


async def test_a_model_that_is_none_is_told_with_those_there_are() -> None:
    with pytest.raises(NotFound, match="`model` names no model") as caught:
        await named(_tiers(fast=HostedFake()), "x" * 500)
    assert caught.value.hint == "Use one of fake, fake-staged."
    assert len(caught.value.message) < 300
