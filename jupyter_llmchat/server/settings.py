"""The extension's settings as frozen data; `app` makes them from its traits once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from jupyter_llmchat.config import (
    EngineConfig,
    LimitsConfig,
    PipelineConfig,
    StoreConfig,
)


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """Everything that the server side of the extension can be told."""

    engine: EngineConfig
    """`model_path` is the user's setting, not yet a file; "" is the embedded model."""
    store: StoreConfig
    pipeline: PipelineConfig = field(default_factory=PipelineConfig)
    limits: LimitsConfig = field(default_factory=LimitsConfig)
    turns_running: int = 4
    """Answers written at the same time; the others wait in line."""
    self_test: bool = True
    """Whether a model that is used for the first time is tested."""
    profiles: Path | None = None
    """Folder of what has been found out about models; None keeps nothing."""
