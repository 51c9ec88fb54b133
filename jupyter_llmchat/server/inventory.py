"""The models' files as they lie on the disk now."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.models.footprint import budget_bytes, footprint
from jupyter_llmchat.models.locate import locate
from jupyter_llmchat.protocol.ids import Tier

from .settings import ServerSettings

LOOK_S = 1.0
"""Who asks waits this long at most; a disk may not answer at all."""


@dataclass(frozen=True, kw_only=True)
class KnownFile:
    """A model's file."""

    path: Path
    file_bytes: int
    memory_bytes: int
    """What the model takes while it is loaded."""
    changed_ns: int


@dataclass(frozen=True, kw_only=True)
class Stock:
    """What was found; a tier is missing if its file was not."""

    files: dict[Tier, KnownFile]
    budget_bytes: int
    """Memory for all loaded models together."""


class Inventory:
    """Looks at the files in a thread; one look at a time, however many ask."""

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._stock = Stock(files={}, budget_bytes=0)
        self._looking: asyncio.Task[None] | None = None

    async def stock(self) -> Stock:
        """As it is now, or as it was when the disk answered last."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        await asyncio.wait({self._looking}, timeout=LOOK_S)
        return self._stock

    async def _look(self) -> None:
        self._stock = await asyncio.to_thread(self._found)

    def _found(self) -> Stock:
        settings = self._settings
        files: dict[Tier, KnownFile] = {}
        for tier in (settings.cheapest, *settings.further):
            try:
                files[tier] = self._file(tier)
            except (ModelUnavailable, OSError):
                # The model's status says what is wrong.
                continue
        budget = budget_bytes(settings.tiers.memory_mb)
        return Stock(files=files, budget_bytes=budget)

    def _file(self, tier: Tier) -> KnownFile:
        engine = self._settings.of(tier).engine
        path = locate(engine.model_path).path
        seen = path.stat()
        known = self._stock.files.get(tier)
        if known is not None and (known.path, known.file_bytes, known.changed_ns) == (
            path,
            seen.st_size,
            seen.st_mtime_ns,
        ):
            return known
        return KnownFile(
            path=path,
            file_bytes=seen.st_size,
            # Reads the header, which takes much longer than all the rest.
            memory_bytes=footprint(engine),
            changed_ns=seen.st_mtime_ns,
        )
