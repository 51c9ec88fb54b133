"""Several models of one user, in memory when they are needed and as far as they fit."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from jupyter_llmchat.errors import Conflict, ModelUnavailable
from jupyter_llmchat.language_model import LanguageModel
from jupyter_llmchat.protocol.ids import Tier
from jupyter_llmchat.protocol.resources import TierStatus

from .model_host import HostedModel
from .residence import Prepare, Residence
from .settings import ServerSettings, TierSettings

TICK_S = 5.0
"""Idle models are looked for this often; keep-alive times are far longer."""


@dataclass(frozen=True, kw_only=True)
class Memory:
    """How much there is for models, in bytes. Both may block."""

    budget: Callable[[], int]
    needed: Callable[[Tier], int]
    """By a tier's model; raises ModelUnavailable when its file cannot be read."""


class Tiers:
    """Implements pipeline.Models over hosted models, the cheapest first.

    The cheapest is started at once and stays, unless someone unloads it; its room is
    kept. The others are loaded when a lease asks for them, and unloaded when they were
    idle for their keep-alive time or another one needs the room; never one that is in
    use.
    """

    def __init__(
        self,
        models: Mapping[Tier, HostedModel],
        settings: TierSettings,
        memory: Memory,
        log: logging.Logger,
        *,
        prepare: Prepare | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._places = {
            tier: Residence(
                tier=tier,
                model=model,
                keep_alive_s=settings.keep_alive_s.get(tier, 0.0),
            )
            for tier, model in models.items()
        }
        self._cheapest, *self._others = self._places.values()
        self._memory = memory
        self._log = log
        self._prepare = prepare
        self._clock = clock
        self._changing = asyncio.Lock()
        """Held while models are loaded or unloaded, not while one reads its file."""
        self._timer: asyncio.Task[None] | None = None
        self._closed = False
        self._deciding = 0
        """Answers that the cheapest decides about."""

    @property
    def names(self) -> tuple[Tier, ...]:
        return tuple(self._places)

    @property
    def loaded(self) -> tuple[Tier, ...]:
        ready = (each for each in self._others if each.model.status.state == "ready")
        return (self._cheapest.tier, *(each.tier for each in ready))

    @property
    def fast(self) -> HostedModel:
        return self._cheapest.model

    @property
    def status(self) -> tuple[TierStatus, ...]:
        return tuple(each.status for each in self._places.values())

    @property
    def keep_alive_s(self) -> dict[Tier, float]:
        """Seconds until an idle model is unloaded; 0 keeps it."""
        others = {each.tier: each.keep_alive_s for each in self._others}
        return {self._cheapest.tier: 0.0, **others}

    async def start(self) -> None:
        """Begins to load the cheapest model; returns at once."""
        await self._cheapest.start(self._clock())
        if self._others:
            self._timer = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """All models' processes are gone on return; raises what went wrong."""
        self._closed = True
        async with self._changing:
            if self._timer is not None:
                self._timer.cancel()
            stops = (place.stop() for place in self._places.values())
            for outcome in await asyncio.gather(*stops, return_exceptions=True):
                if outcome is not None:
                    raise outcome

    @asynccontextmanager
    async def use(self, tier: Tier) -> AsyncIterator[LanguageModel]:
        """As Models.use."""
        place = self._place(tier)
        place.users += 1
        try:
            yield await self.model(tier)
        finally:
            place.users -= 1
            place.used_at = self._clock()

    @asynccontextmanager
    async def deciding(self) -> AsyncIterator[None]:
        """The cheapest model is not unloaded inside; it is loaded if it was."""
        self._deciding += 1
        try:
            await self._wake()
            yield
        finally:
            self._deciding -= 1

    async def model(self, tier: Tier) -> LanguageModel:
        """The tier's model, loaded; only a lease (`use`) keeps it so.

        The cheapest is not waited for: its calls wait themselves. Raises
        ModelUnavailable.
        """
        place = self._place(tier)
        if place is self._cheapest:
            await self._wake()
            return place.model
        if not place.is_loaded:
            await self._loading(place)
        await place.model.ready()
        return place.model

    async def load(self, tier: Tier) -> None:
        """Begins to load the tier's model, one that has failed too.

        Raises ModelUnavailable if it does not fit into memory now.
        """
        place = self._place(tier)
        if place.is_loaded:
            return
        if place.started and place.loading is None:
            async with self._changing:
                await self._unload(place)
        await self._loading(place)

    async def unload(self, tier: Tier) -> None:
        """It is out of memory on return, until it is asked for again.

        Raises Conflict while answers need it.
        """
        place = self._place(tier)
        async with self._changing:
            self._check_unused(place)
            if place.started:
                await self._unload(place)

    def _check_unused(self, place: Residence) -> None:
        deciding = self._deciding if place is self._cheapest else 0
        if needed := max(place.users, deciding):
            answers = "an answer" if needed == 1 else f"{needed} answers"
            raise Conflict(
                f"The {place.tier} model is in use: {answers} would break off.",
                "Unload it when they have ended, or cancel them.",
            )

    async def unload_expired(self) -> None:
        """Unloads what was idle for its keep-alive time."""
        async with self._changing:
            for place in self._others:
                if place.is_expired(self._clock()):
                    await self._unload(place)

    async def _watch(self) -> None:
        # A mistake in the settings is to be seen before a question needs the model.
        for place in self._others:
            await self._size(place)
            if place.problem:
                self._log.warning("the %s model: %s", place.tier, place.problem)
        while True:
            await asyncio.sleep(TICK_S)
            await self.unload_expired()

    def _place(self, tier: Tier) -> Residence:
        if tier not in self._places:
            from jupyter_llmchat.pipeline.models import no_such_tier

            raise no_such_tier(tier)
        return self._places[tier]

    async def _wake(self) -> None:
        """Only what was unloaded: one that has failed tries again by itself."""
        if self._cheapest.started:
            return
        await self._loading(self._cheapest)

    async def _loading(self, place: Residence) -> None:
        """Several leases wait for one loading, and none of them ends it."""
        loading = place.loading or place.wait_for(self._load(place))
        await asyncio.shield(loading)

    async def _load(self, place: Residence) -> None:
        async with self._changing:
            if self._closed:
                raise ModelUnavailable("The server is shutting down.", "Ask later.")
            if place is not self._cheapest:
                await self._make_room(place)
            await place.start(self._clock(), self._prepare)

    async def _make_room(self, place: Residence) -> None:
        """Unloads idle models, least recently used first, until `place` fits in."""
        place.size = await self._size(place)
        self._cheapest.size = self._cheapest.size or await self._size(self._cheapest)
        budget = await asyncio.to_thread(self._memory.budget)
        others = (each for each in self._others if each is not place)
        loaded = [each for each in others if each.is_loaded]
        free = budget - self._cheapest.size - sum(each.size for each in loaded)
        idle = [each for each in loaded if each.is_idle]
        if place.size > free + sum(each.size for each in idle):
            raise self._too_large(place, budget)
        for each in sorted(idle, key=lambda each: each.used_at):
            # While another one was being unloaded, a lease may have taken this one.
            if place.size > free and each.is_idle:
                await self._unload(each)
                free += each.size
        if place.size > free:
            raise self._too_large(place, budget)

    async def _size(self, place: Residence) -> int:
        try:
            size = await asyncio.to_thread(self._memory.needed, place.tier)
        except ModelUnavailable as error:
            # When it is started the model says so itself.
            place.problem = str(error)
            return 0
        place.problem = ""
        return size

    async def _unload(self, place: Residence) -> None:
        self._log.info("the %s model is unloaded", place.tier)
        try:
            await place.stop()
        except Exception:  # noqa: BLE001 the others must be looked after too
            self._log.error(
                "the %s model did not stop cleanly", place.tier, exc_info=True
            )

    def _too_large(self, place: Residence, budget: int) -> ModelUnavailable:
        cheapest, needs = self._cheapest, f"The {place.tier} model needs"
        if place.size + cheapest.size > budget:
            return ModelUnavailable(
                f"{needs} {_gb(place.size)} beside the {_gb(cheapest.size)} of the "
                f"{cheapest.tier} one; models may take {_gb(budget)} in all.",
                "Raise LLMChatApp.models_memory_mb or set a smaller model, and restart "
                "the server.",
            )
        others = (each for each in self._others if each is not place)
        busy = (each.tier for each in others if each.is_loaded and each.users)
        return ModelUnavailable(
            f"{needs} {_gb(place.size)}, which are not free while others are in use "
            f"({', '.join(busy)}).",
            "Ask again when their answers have ended, or raise "
            "LLMChatApp.models_memory_mb.",
        )


def new_tiers(
    models: Mapping[Tier, HostedModel],
    settings: ServerSettings,
    log: logging.Logger,
    prepare: Prepare | None = None,
) -> Tiers:
    """Tiers with the memory of this machine. `models` are in order, cheapest first."""
    from jupyter_llmchat.models.footprint import budget_bytes, footprint

    memory = Memory(
        budget=lambda: budget_bytes(settings.tiers.memory_mb),
        needed=lambda tier: footprint(settings.of(tier).engine),
    )
    return Tiers(models, settings.tiers, memory, log, prepare=prepare)


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
