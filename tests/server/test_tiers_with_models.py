from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack, nullcontext, suppress
from dataclasses import replace
from typing import Any

import psutil
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from jupyter_llmchat.errors import Conflict, ModelUnavailable
from jupyter_llmchat.language_model import LanguageModel, Part, SamplingParams
from jupyter_llmchat.language_model import TextPrompt as Text
from jupyter_llmchat.server.model_host import ModelHost
from jupyter_llmchat.server.settings import TIERS, TierSettings
from jupyter_llmchat.server.tiers import Tiers, new_tiers

from .builders import settings
from .tier_fakes import BROKEN, SIZES, stage

ACTIONS = st.one_of(
    st.tuples(
        st.sampled_from(("take", "give", "fail", "load", "unload")),
        st.sampled_from(TIERS),
    ),
    st.tuples(st.just("wait"), st.sampled_from((1.0, 599.0, 1801.0))),
)


@examples(max_examples=60, deadline=None)
@given(actions=st.lists(ACTIONS, max_size=25), budget=st.integers(1, 12))
def test_whatever_happens_the_budget_holds_and_leases_are_kept(
    actions: list[tuple[str, Any]], budget: int
) -> None:
    asyncio.run(_played(actions, budget))


async def _played(actions: list[tuple[str, Any]], budget: int) -> None:
    on = await stage(budget=budget)
    on.models["fast"].state = "ready"
    leases: list[tuple[str, AsyncExitStack]] = []
    for action, subject in actions:
        held = [lease for lease in leases if lease[0] == subject]
        if action == "take":
            lease = AsyncExitStack()
            try:
                await lease.enter_async_context(on.tiers.use(subject))
                leases.append((subject, lease))
            except ModelUnavailable as error:
                assert error.hint
        elif action == "give" and held:
            leases.remove(held[0])
            await held[0][1].aclose()
        elif action == "fail" and subject != "fast" and not held:
            on.models[subject].broken = None if on.models[subject].broken else BROKEN
        elif action == "wait":
            await on.wait(subject)
        elif action == "load":
            with suppress(ModelUnavailable):
                await on.tiers.load(subject)
                await on.models[subject].ready()
        elif action == "unload":
            with suppress(Conflict) if held else nullcontext():
                await on.tiers.unload(subject)
        if on.models["fast"].state == "starting":
            on.models["fast"].state = "ready"
        loaded = [name for name in TIERS if on.models[name].state == "ready"]
        assert {name for name, _ in leases} <= {*loaded}
        # The room of the one that decides is kept while it is unloaded.
        taken = {"fast", *loaded}
        assert taken == {"fast"} or sum(SIZES[name] for name in taken) <= budget
    for _, lease in leases:
        await lease.aclose()
    for model in on.models.values():
        model.broken = None
    await on.tiers.close()


SMALL: dict[str, Any] = {
    "n_ctx": 512,
    "n_threads": 1,
    "n_sequences": 4,
    "cache_mb": 16,
}


def embedded(memory_mb: int) -> Tiers:
    """The embedded model as two tiers, each of which takes about 110 MB."""
    config = TierSettings(paths={"fast": "", "balanced": ""}, memory_mb=memory_mb)
    chosen = settings(tiers=config)
    chosen = replace(chosen, engine=replace(chosen.engine, **SMALL))
    log = logging.getLogger()
    hosts = {tier: ModelHost(chosen.of(tier).engine, log) for tier in config.paths}
    return new_tiers(hosts, chosen, log)


async def test_files_and_caches_are_counted_against_the_budget() -> None:
    with pytest.raises(ModelUnavailable) as raised:
        async with embedded(memory_mb=160).use("balanced"):
            pass
    assert raised.value.message == (
        "The balanced model needs 0.1 GB beside the 0.1 GB of the fast one; "
        "models may take 0.2 GB in all."
    )


async def text(model: LanguageModel) -> str:
    params = SamplingParams(max_tokens=8, temperature=0.0)
    pieces = model.generate(Text((Part("One, two, three,"),)), params)
    return "".join([piece.text async for piece in pieces])


@pytest.mark.model
async def test_each_model_has_a_process_and_one_that_was_unloaded_comes_back() -> None:
    tiers = embedded(memory_mb=240)
    now = [0.0]
    tiers._clock = lambda: now[0]
    await tiers.start()
    try:
        async with tiers.use("balanced") as model:
            said = await asyncio.gather(text(tiers.fast), text(model))
            assert said[0] == said[1] != ""
            first, second = (each.model.pid for each in tiers.status)
            assert first and second and first != second
        now[0] += 1800
        await tiers.unload_expired()
        assert [psutil.pid_exists(first), psutil.pid_exists(second)] == [True, False]
        assert [each.model.state for each in tiers.status] == ["ready", "stopped"]
        async with tiers.use("balanced") as model:
            assert await text(model) == said[1]
        await tiers.unload("fast")
        assert first and not psutil.pid_exists(first)
        async with tiers.deciding():
            assert await text(tiers.fast) == said[0]
        (first, _) = (each.model.pid for each in tiers.status)
    finally:
        await tiers.close()
    assert first and not psutil.pid_exists(first)
