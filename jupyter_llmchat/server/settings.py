"""The extension's settings as frozen data; `app` makes them from its traits once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

from jupyter_llmchat.config import (
    EngineConfig,
    LimitsConfig,
    PipelineConfig,
    StoreConfig,
)
from jupyter_llmchat.protocol.ids import Tier

TIERS: tuple[Tier, ...] = get_args(Tier)
"""Cheapest first."""


@dataclass(frozen=True, kw_only=True)
class TierSettings:
    """Several models of one user; one model is no tiers."""

    paths: dict[Tier, str] = field(default_factory=dict)
    """As `model_path`, cheapest first; empty for one model that is no tier."""
    memory_mb: int = 0
    """For the files and KV caches of all loaded models; 0: half of the machine's."""
    keep_alive_s: dict[Tier, float] = field(
        default_factory=lambda: {"fast": 0.0, "balanced": 1800.0, "complex": 600.0}
    )
    """A model that was not used for this long is unloaded; 0 keeps it. The cheapest
    always stays, since it decides about every question."""


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """Everything that the server side of the extension can be told."""

    engine: EngineConfig
    """`model_path` is the user's setting, not yet a file; "" is the embedded model.
    With tiers it is that of the cheapest."""
    store: StoreConfig
    tiers: TierSettings = field(default_factory=TierSettings)
    pipeline: PipelineConfig = field(default_factory=PipelineConfig)
    limits: LimitsConfig = field(default_factory=LimitsConfig)
    turns_running: int = 8
    """Answers written at the same time; the others wait in line."""
    self_test: bool = True
    """Whether a model that is used for the first time is tested."""
    profiles: Path | None = None
    """Folder of what has been found out about models; None keeps nothing."""
    configured: dict[str, Any] = field(default_factory=dict)
    """The traits that all this comes from, by name; none that is secret."""

    @property
    def cheapest(self) -> Tier:
        """The tier whose model decides."""
        return next(iter(self.tiers.paths), TIERS[0])

    @property
    def further(self) -> tuple[Tier, ...]:
        """The tiers above it; none with one model."""
        return tuple(self.tiers.paths)[1:]

    def of(self, tier: Tier) -> ServerSettings:
        """The settings with the tier's model as the one model."""
        path = self.tiers.paths.get(tier, self.engine.model_path)
        return replace(self, engine=replace(self.engine, model_path=path))
