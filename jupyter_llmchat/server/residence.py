"""One tier's model: whether it is in memory, for whom, and since when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import msgspec

from jupyter_llmchat.protocol.ids import Tier
from jupyter_llmchat.protocol.resources import TierStatus

from .model_host import HostedModel

Prepare = Callable[[Tier], Coroutine[Any, Any, None]]
"""What is done in idle time with a model that is being loaded; raises nothing."""


@dataclass(kw_only=True)
class Residence:
    """A hosted model that comes and goes; whoever has a lease counts as a user."""

    tier: Tier
    model: HostedModel
    keep_alive_s: float
    """0 keeps it."""
    started: bool = False
    users: int = 0
    """Those that wait for the model to be loaded included."""
    used_at: float = 0.0
    """When it was loaded or the last lease ended."""
    size: int = 0
    """Bytes while it is loaded."""
    problem: str = ""
    """Why it could not be loaded if it were asked for now."""
    loading: asyncio.Task[None] | None = None
    preparing: asyncio.Task[None] | None = None

    @property
    def is_loaded(self) -> bool:
        """It takes memory, though it may not be ready yet."""
        return self.started and self.model.status.state not in ("failed", "stopped")

    @property
    def is_idle(self) -> bool:
        return self.is_loaded and not self.users

    def is_expired(self, now: float) -> bool:
        """It was idle for all of its keep-alive time."""
        return self.is_idle and 0 < self.keep_alive_s <= now - self.used_at

    @property
    def status(self) -> TierStatus:
        model = self.model.status
        if model.state == "stopped" and not self.started:
            model = msgspec.structs.replace(
                model,
                state="failed" if self.problem else "stopped",
                detail=self.problem or "Loaded when it is needed.",
            )
        return TierStatus(tier=self.tier, model=model, users=self.users)

    async def start(self, now: float, prepare: Prepare | None = None) -> None:
        """Begins to load the model; one that has failed tries again by itself."""
        self.used_at = now
        if not self.started:
            self.started = True
            await self.model.start()
        if prepare is not None:
            self.preparing = asyncio.create_task(prepare(self.tier))

    async def stop(self) -> None:
        """It is out of memory on return."""
        self.started = False
        if self.preparing is not None:
            self.preparing.cancel()
            self.preparing = None
        await self.model.stop()

    def wait_for(self, loading: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """`loading` as a task that all share who want the model now."""
        self.loading = asyncio.create_task(loading)
        self.loading.add_done_callback(self._has_loaded)
        return self.loading

    def _has_loaded(self, task: asyncio.Task[None]) -> None:
        self.loading = None
        if not task.cancelled():
            # Whoever waited has got the error; perhaps nobody did.
            task.exception()
