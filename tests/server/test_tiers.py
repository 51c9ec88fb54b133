from __future__ import annotations

import asyncio

import pytest

from jupyter_llmchat.errors import Conflict, ModelUnavailable
from jupyter_llmchat.pipeline.models import Models
from jupyter_llmchat.protocol.ids import Tier
from jupyter_llmchat.server import tiers as module
from jupyter_llmchat.server.settings import TIERS, TierSettings

from .builders import LONG_S, eventually
from .tier_fakes import BROKEN, ONE, stage


async def test_at_first_only_the_cheapest_is_loaded() -> None:
    on = await stage()
    models: Models = on.tiers
    assert models.names == TIERS
    assert on.history == ["+fast"]
    assert models.loaded == ("fast",)
    assert models.fast is on.models["fast"]
    await on.tiers.close()


async def test_one_model_is_one_tier_and_nothing_is_watched() -> None:
    on = await stage(names=("balanced",), budget=0)
    assert on.tiers.names == ("balanced",)
    assert on.tiers._timer is None
    assert await on.used("balanced") is on.models["balanced"]
    with pytest.raises(ModelUnavailable, match="No model is set for the tier complex"):
        await on.used("complex")
    await on.tiers.close()
    assert on.history == ["+balanced", "-balanced"]


async def test_a_lease_loads_a_model_and_the_next_one_finds_it() -> None:
    on = await stage()
    assert await on.used("complex") is on.models["complex"]
    assert on.tiers.loaded == ("fast", "complex")
    await on.used("complex")
    assert await on.tiers.model("complex") is on.models["complex"]
    assert on.history == ["+fast", "+complex"]
    await on.tiers.close()


async def test_the_cheapest_is_not_waited_for() -> None:
    on = await stage()
    on.models["fast"].may_load.clear()
    assert await on.used("fast") is on.models["fast"]
    await on.tiers.close()


async def test_several_leases_wait_for_one_loading() -> None:
    on = await stage()
    on.models["complex"].may_load.clear()
    waiting = [on.loading("complex") for _ in range(3)]
    await eventually(lambda: "+complex" in on.history)
    assert on.tiers.loaded == ("fast",)
    (status,) = (each for each in on.tiers.status if each.tier == "complex")
    assert (status.model.state, status.users) == ("starting", 3)
    on.models["complex"].may_load.set()
    assert await asyncio.gather(*waiting) == [on.models["complex"]] * 3
    assert on.history == ["+fast", "+complex"]
    await on.tiers.close()


async def test_who_leaves_early_does_not_end_the_loading() -> None:
    on = await stage()
    on.models["complex"].may_load.clear()
    waiting = [on.loading("complex") for _ in range(2)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await eventually(lambda: "+complex" in on.history)
    on.models["complex"].may_load.set()
    assert await waiting[1] is on.models["complex"]
    assert on.tiers.status[2].users == 0
    await on.tiers.close()


async def test_an_idle_model_makes_room() -> None:
    on = await stage(budget=ONE)
    await on.used("balanced")
    await on.used("complex")
    await on.used("balanced")
    assert on.history[1:] == [
        *("+balanced", "-balanced", "+complex"),
        *("-complex", "+balanced"),
    ]
    await on.tiers.close()


async def test_the_least_recently_used_goes_first_and_no_more_than_needed() -> None:
    on = await stage(budget=10, names=("fast", "balanced", "extra", "complex"))
    await on.used("balanced")
    on.now += 1
    await on.used("extra")
    on.now += 1
    await on.used("complex")
    assert on.history[3:] == ["-balanced", "+complex"]
    await on.tiers.close()


async def test_a_model_in_use_is_never_unloaded() -> None:
    on = await stage(budget=ONE)
    async with on.tiers.use("balanced"):
        with pytest.raises(ModelUnavailable) as raised:
            await on.used("complex")
        await on.wait(1e9)
    assert "while others are in use (balanced)" in raised.value.message
    assert "Ask again" in raised.value.hint
    assert on.history == ["+fast", "+balanced"]
    assert await on.used("complex") is on.models["complex"]
    await on.tiers.close()


async def test_a_model_that_is_taken_while_room_is_made_stays() -> None:
    on = await stage(budget=8, names=("fast", "balanced", "extra", "complex"))
    await on.used("balanced")
    on.now += 1
    await on.used("extra")
    on.models["balanced"].may_stop.clear()
    waiting = on.loading("complex")
    await eventually(lambda: "-balanced" in on.history)
    async with on.tiers.use("extra"):  # type: ignore[arg-type]
        on.models["balanced"].may_stop.set()
        with pytest.raises(ModelUnavailable, match=r"in use \(extra\)"):
            await waiting
    assert "-extra" not in on.history
    await on.tiers.close()


async def test_a_model_that_is_being_unloaded_can_be_asked_for() -> None:
    on = await stage(budget=ONE)
    await on.used("balanced")
    on.models["balanced"].may_stop.clear()
    other = on.loading("complex")
    await eventually(lambda: "-balanced" in on.history)
    again = on.loading("balanced")
    on.models["balanced"].may_stop.set()
    await asyncio.wait([other, again])
    assert other.result() is on.models["complex"]
    # Whether its turn comes before or after the other's end is not promised.
    assert again.exception() or again.result() is on.models["balanced"]
    await on.tiers.close()


async def test_what_never_fits_is_told_and_nothing_is_unloaded_for_it() -> None:
    on = await stage(budget=6)
    await on.used("balanced")
    with pytest.raises(ModelUnavailable) as raised:
        await on.used("complex")
    assert "complex model needs" in raised.value.message
    assert "models_memory_mb" in raised.value.hint
    assert on.history == ["+fast", "+balanced"]
    await on.tiers.close()


async def test_a_load_that_fails_says_why_takes_no_room_and_is_tried_again() -> None:
    on = await stage(budget=ONE)
    on.models["complex"].broken = BROKEN
    with pytest.raises(ModelUnavailable, match="damaged"):
        await on.used("complex")
    assert on.tiers.status[2].model.state == "failed"
    await on.used("balanced")
    assert on.history == ["+fast", "+complex", "+balanced"]
    on.models["complex"].broken = None
    assert await on.used("complex") is on.models["complex"]
    await on.tiers.close()


async def test_a_file_that_cannot_be_read_is_told_before_anyone_asks(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def needed(tier: Tier) -> int:
        raise ModelUnavailable("There is no model /x.gguf.", "Check the path.")

    on = await stage(needed=needed)
    await eventually(lambda: on.tiers.status[2].model.state == "failed")
    assert "There is no model" in on.tiers.status[2].model.detail
    assert "the balanced model: There is no model" in caplog.text
    on.models["complex"].broken = BROKEN
    with pytest.raises(ModelUnavailable, match="damaged"):
        await on.used("complex")
    on.models["complex"].broken = None
    await on.tiers.close()


@pytest.mark.parametrize(("tier", "keep_s"), [("balanced", 1800), ("complex", 600)])
async def test_an_idle_model_is_unloaded_after_its_time(
    tier: Tier, keep_s: float
) -> None:
    on = await stage()
    await on.used("fast")
    async with on.tiers.use(tier):
        await on.wait(keep_s * 10)
    await on.wait(keep_s - 1)
    assert on.tiers.loaded == ("fast", tier)
    await on.wait(1)
    assert tier not in on.tiers.loaded
    assert on.history == ["+fast", f"+{tier}", f"-{tier}"]
    await on.used(tier)
    assert on.tiers.loaded == ("fast", tier)
    await on.tiers.close()


async def test_zero_keeps_a_model() -> None:
    on = await stage(config=TierSettings(keep_alive_s={"complex": 0.0}))
    await on.used("balanced")
    await on.used("complex")
    await on.wait(1e9)
    assert on.tiers.loaded == TIERS
    await on.tiers.close()


async def test_a_model_that_nobody_waited_for_is_unloaded_too() -> None:
    on = await stage()
    waiting = on.loading("complex")
    await asyncio.sleep(0)
    waiting.cancel()
    await eventually(lambda: "+complex" in on.history)
    on.models["complex"].state = "ready"
    await on.wait(601)
    assert on.history[-1] == "-complex"
    await on.tiers.close()


async def test_time_is_kept_without_being_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "TICK_S", 0.001)
    on = await stage()
    await on.used("complex")
    on.now += 600
    await eventually(lambda: "-complex" in on.history)
    await on.tiers.close()


async def test_each_time_a_model_is_loaded_it_is_prepared() -> None:
    on = await stage(budget=ONE, prepared=True)
    for tier in ("balanced", "complex", "balanced"):
        await on.used(tier)
        await eventually(lambda: on.history[-1][0] == "?")
    assert [each for each in on.history if each[0] == "?"] == [
        *("?balanced", "?complex", "?balanced")
    ]
    await on.tiers.close()


async def test_a_preparation_ends_with_its_model() -> None:
    ended = asyncio.Event()

    async def prepare(tier: Tier) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    on = await stage(prepare=prepare)
    await on.used("complex")
    await on.wait(600)
    async with asyncio.timeout(LONG_S):
        await ended.wait()
    await on.tiers.close()


async def test_the_status_says_what_is_loaded_and_what_will_be() -> None:
    on = await stage()
    on.models["fast"].state = "ready"
    async with on.tiers.use("balanced"):
        said = {each.tier: each for each in on.tiers.status}
    assert [each.model.state for each in said.values()] == ["ready", "ready", "stopped"]
    assert [each.users for each in said.values()] == [0, 1, 0]
    assert "when it is needed" in said["complex"].model.detail
    await on.tiers.close()


async def test_the_end_stops_all_and_nothing_is_loaded_any_more() -> None:
    on = await stage()
    await on.used("complex")
    await on.tiers.close()
    assert {*on.history[2:]} == {"-fast", "-balanced", "-complex"}
    with pytest.raises(ModelUnavailable, match="shutting down"):
        await on.used("complex")


async def test_what_does_not_stop_keeps_nothing_else_running(
    caplog: pytest.LogCaptureFixture,
) -> None:
    on = await stage()
    await on.used("complex")
    on.models["complex"].broken = TimeoutError()
    await on.wait(600)
    assert "the complex model did not stop cleanly" in caplog.text
    await on.used("balanced")
    with pytest.raises(TimeoutError):
        await on.tiers.close()
    assert {"-fast", "-balanced"} <= {*on.history}


async def test_a_model_can_be_loaded_before_anyone_asks() -> None:
    on = await stage(budget=ONE, prepared=True)
    on.models["complex"].may_load.clear()
    await on.tiers.load("complex")
    assert on.tiers.status[2].model.state == "starting"
    await eventually(lambda: on.history[-1] == "?complex")
    await on.tiers.load("complex")
    await on.tiers.load("fast")
    assert on.history == ["+fast", "+complex", "?complex"]
    # It counts as used since then.
    on.models["complex"].state = "ready"
    await on.wait(600)
    assert on.history[-1] == "-complex"
    await on.tiers.close()


async def test_what_does_not_fit_is_not_loaded() -> None:
    on = await stage(budget=ONE)
    async with on.tiers.use("balanced"):
        with pytest.raises(ModelUnavailable, match="in use"):
            await on.tiers.load("complex")
    await on.tiers.close()


async def test_an_idle_model_can_be_unloaded_and_comes_back() -> None:
    on = await stage()
    await on.used("complex")
    await on.tiers.unload("complex")
    await on.tiers.unload("complex")
    await on.tiers.unload("balanced")
    assert on.tiers.loaded == ("fast",)
    await on.used("complex")
    assert on.history == ["+fast", "+complex", "-complex", "+complex"]
    await on.tiers.close()


async def test_a_model_in_use_cannot_be_unloaded() -> None:
    on = await stage()
    async with on.tiers.use("complex"), on.tiers.use("complex"):
        with pytest.raises(Conflict, match="2 answers would break off"):
            await on.tiers.unload("complex")
    on.models["balanced"].may_load.clear()
    waiting = on.loading("balanced")
    await eventually(lambda: "+balanced" in on.history)
    with pytest.raises(Conflict):
        await on.tiers.unload("balanced")
    on.models["balanced"].may_load.set()
    await waiting
    assert on.history == ["+fast", "+complex", "+balanced"]
    await on.tiers.close()


async def test_the_cheapest_can_be_unloaded_while_nobody_needs_it() -> None:
    on = await stage()
    async with on.tiers.deciding():
        with pytest.raises(Conflict, match="an answer would break off"):
            await on.tiers.unload("fast")
    await on.tiers.unload("fast")
    assert on.tiers.status[0].model.detail == "Loaded when it is needed."
    await on.used("complex")
    assert on.history == ["+fast", "-fast", "+complex"]
    async with on.tiers.deciding():
        assert on.history[3:] == ["+fast"]
    await on.tiers.unload("fast")
    await on.used("fast")
    assert on.history[-2:] == ["-fast", "+fast"]
    await on.tiers.close()


async def test_the_cheapest_is_prepared_when_it_comes_back() -> None:
    on = await stage(prepared=True)
    await on.tiers.unload("fast")
    await on.used("fast")
    await eventually(lambda: on.history == ["+fast", "-fast", "+fast", "?fast"])
    await on.tiers.close()


async def test_the_room_of_the_cheapest_is_kept() -> None:
    on = await stage(budget=6)
    await on.tiers.unload("fast")
    with pytest.raises(ModelUnavailable, match="beside"):
        await on.used("complex")
    await on.tiers.close()


async def test_a_question_that_comes_while_a_model_is_unloaded_gets_it() -> None:
    on = await stage()
    on.models["fast"].may_stop.clear()
    unloading = asyncio.create_task(on.tiers.unload("fast"))
    await eventually(lambda: "-fast" in on.history)
    asking = on.loading("fast")
    await asyncio.sleep(0)
    on.models["fast"].may_stop.set()
    assert await asking is on.models["fast"]
    await unloading
    assert on.history == ["+fast", "-fast", "+fast"]
    await on.tiers.close()
