"""Several models: whether each can be read, and all of them fit into memory."""

from __future__ import annotations

from dataclasses import replace

from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.models.footprint import budget_bytes, footprint
from jupyter_llmchat.server.settings import TierSettings

from .finding import Finding, fail, ok, warn


def check_tiers(
    tiers: TierSettings, engine: EngineConfig, machine: int | None = None
) -> Finding:
    """The files and KV caches of two or more models against what they may take."""
    sizes = {}
    for tier, path in tiers.paths.items():
        try:
            sizes[tier] = footprint(replace(engine, model_path=path))
        except ModelUnavailable as error:
            return fail(f"{tier}: {error.message}", error.hint)
    budget = budget_bytes(tiers.memory_mb, machine)
    listed = ", ".join(f"{tier} {_gb(size)}" for tier, size in sizes.items())
    said = f"{listed}; models may take {_gb(budget)} in all"
    cheapest, *others = sizes.values()
    if cheapest + max(others) > budget:
        return warn(
            f"Not every model can be used: {said}.",
            "Raise LLMChatApp.models_memory_mb or set smaller models.",
        )
    if sum(sizes.values()) > budget:
        return warn(
            f"The models take turns in memory: {said}.",
            "Raise LLMChatApp.models_memory_mb to keep all of them loaded.",
        )
    return ok(f"{said}.")


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
