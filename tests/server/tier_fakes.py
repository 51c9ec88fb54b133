"""Tiers of models that come and go as the test tells them to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.language_model import LanguageModel
from jupyter_llmchat.protocol.ids import Tier
from jupyter_llmchat.server.settings import TIERS, TierSettings
from jupyter_llmchat.server.tiers import Memory, Tiers

from .builders import LONG_S, HostedFake

SIZES: Mapping[Any, int] = {"fast": 1, "balanced": 3, "complex": 6, "extra": 2}
BOTH = 10
"""Room for all three tiers."""
ONE = 8
"""Room for the cheapest and one of the two others."""
BROKEN = ModelUnavailable("The file is damaged.", "Download it again.")


class Hosted(HostedFake):
    """Writes down what happens to it; the events hold it up while they are not set."""

    def __init__(self, tier: str, history: list[str]) -> None:
        super().__init__(name=tier)
        self.history = history
        self.may_load, self.may_stop = asyncio.Event(), asyncio.Event()
        self.may_load.set()
        self.may_stop.set()
        self.broken: Exception | None = None

    async def start(self) -> None:
        self.history.append(f"+{self.name}")
        self.state = "starting"

    async def ready(self) -> None:
        await self.may_load.wait()
        self.state = "failed" if self.broken else "ready"
        if self.broken is not None:
            raise self.broken

    async def stop(self) -> None:
        self.history.append(f"-{self.name}")
        await self.may_stop.wait()
        self.state = "stopped"
        if self.broken is not None:
            raise self.broken


@dataclass
class Stage:
    """Tiers of fakes with a clock that the test moves."""

    tiers: Tiers = field(init=False)
    models: dict[str, Hosted] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)
    """`+tier` for a start, `-tier` for a stop, `?tier` for a preparation."""
    now: float = 1000.0

    async def prepare(self, tier: Tier) -> None:
        self.history.append(f"?{tier}")

    async def wait(self, seconds: float) -> None:
        self.now += seconds
        await self.tiers.unload_expired()

    async def used(self, tier: Any) -> LanguageModel:
        """A lease taken and given back."""
        async with asyncio.timeout(LONG_S), self.tiers.use(tier) as model:
            return model

    def loading(self, tier: Any) -> asyncio.Task[LanguageModel]:
        return asyncio.create_task(self.used(tier))


async def stage(
    budget: int = BOTH, names: tuple[Any, ...] = TIERS, **options: Any
) -> Stage:
    """Started; what is prepared is not written down unless asked for."""
    made = Stage()
    made.models = {name: Hosted(name, made.history) for name in names}
    memory = Memory(
        budget=lambda: budget, needed=options.pop("needed", SIZES.__getitem__)
    )
    if options.pop("prepared", False):
        options["prepare"] = made.prepare
    made.tiers = Tiers(
        made.models,  # type: ignore[arg-type]
        options.pop("config", TierSettings()),
        memory,
        logging.getLogger(),
        clock=lambda: made.now,
        **options,
    )
    await made.tiers.start()
    return made
