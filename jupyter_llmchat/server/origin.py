"""What answers are made with at the moment, known before a model is loaded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.models.locate import locate
from jupyter_llmchat.models.profile import fingerprint
from jupyter_llmchat.protocol.ids import Tier

from .settings import ServerSettings

if TYPE_CHECKING:
    from jupyter_llmchat.pipeline.response_key import Origin


LOOK_S = 1.0
"""Looking at the files takes this long at most; a disk may not answer at all."""


Looking = Future[dict[Tier, str] | None]
"""Fingerprints of the models' files; None if one cannot be read."""


class Origins:
    """Looks at the models' files; `found` says what self-tests have found so far."""

    def __init__(self, settings: ServerSettings, found: Callable[[], Any]) -> None:
        self._settings = settings
        self._found = found
        self._first: dict[Tier, str] = {}
        """Fingerprints as they were before the models were loaded."""
        # One of its own, so that a disk that hangs holds up nothing else.
        self._thread = ThreadPoolExecutor(1, "llmchat-model-files")
        self._looking: Looking | None = None
        self._paths: dict[Tier, Path] = {}
        """Where the files were found."""

    def look(self) -> Looking:
        """Begins to look; the first time what is seen is kept to compare with."""
        if self._looking is None or self._looking.done():
            self._looking = self._thread.submit(self._fingerprints)
        return self._looking

    async def now(self) -> Origin | None:
        """None while it cannot be known: a model's file cannot be read, or it is not
        the one that was there first, so that another one may be in memory."""
        looking = self.look()
        await asyncio.wait({asyncio.wrap_future(looking)}, timeout=LOOK_S)
        return self._origin(looking.result()) if looking.done() else None

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _origin(self, seen: dict[Tier, str] | None) -> Origin | None:
        from jupyter_llmchat.pipeline.response_key import Origin

        if seen is None or seen != self._first:
            return None
        settings = self._settings
        return Origin(
            models=seen,
            engine=settings.engine,
            pipeline=settings.pipeline,
            found=self._found(),
        )

    def _fingerprints(self) -> dict[Tier, str] | None:
        settings = self._settings
        seen: dict[Tier, str] = {}
        for tier in (settings.cheapest, *settings.further):
            try:
                if tier not in self._paths:
                    setting = settings.of(tier).engine.model_path
                    self._paths[tier] = locate(setting).path
                seen[tier] = fingerprint(self._paths[tier])
            except ModelUnavailable:
                self._paths.clear()
                return None
            self._first.setdefault(tier, seen[tier])
        return seen
