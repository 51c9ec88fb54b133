"""What answers are made with: models, settings, sources of context."""

from __future__ import annotations

from typing import Any, Literal

from .ids import Tier
from .requests import Body
from .resources import ModelState, Resource

Warmth = Literal["cold", "warming", "warm"]
"""Whether the model has read what every prompt begins with."""

SourceState = Literal["ready", "reading", "empty"]


class Model(Resource, frozen=True, kw_only=True):
    """A model that answers can be written with."""

    tier: Tier
    name: str
    file: str | None
    """Its path; None if it was not found."""
    file_bytes: int | None
    memory_bytes: int | None
    """What it takes while it is loaded: the file and the KV cache."""
    state: ModelState
    detail: str
    """What is being done or what went wrong, and the next step."""
    warmth: Warmth
    decides: bool
    """It takes the decisions about every question, whichever model answers."""
    threads: int | None
    context_tokens: int | None
    """All texts that are computed at once share them; None while it is not loaded."""
    cells_used: int
    """Of the KV cache."""
    cache_mb: float
    """Host memory that holds prefixes for reuse."""
    self_test: str | None
    """What it has found, in one sentence; None if the model was not tested."""
    users: int
    """Answers that are written with it or wait for it to be loaded."""
    keep_alive_s: float
    """It is unloaded when it was idle for so long; 0 keeps it."""


class ModelList(Resource, frozen=True, kw_only=True):
    """GET …/models, cheapest first."""

    models: tuple[Model, ...]
    memory_budget_bytes: int
    """For all loaded models together."""


class SelectModel(Body, frozen=True, kw_only=True):
    """PUT …/sessions/{id}/model."""

    tier: Tier | None
    """None leaves it to the model that decides."""


class ModelInForce(Resource, frozen=True, kw_only=True):
    """The settings of a loaded model as llama.cpp has them."""

    tier: Tier
    settings: dict[str, Any]
    """Empty while it is not loaded."""


class SettingsInForce(Resource, frozen=True, kw_only=True):
    """GET …/settings."""

    settings: dict[str, Any]
    """By name, as in `LLMChatApp.<name>`; those that are secret are left out."""
    models: tuple[ModelInForce, ...]


class ContextSource(Resource, frozen=True, kw_only=True):
    """Something that questions get their context from."""

    name: str
    state: SourceState
    items: int
    """How many it holds."""
    detail: str


class Retrieval(Resource, frozen=True, kw_only=True):
    """GET …/retrieval."""

    sources: tuple[ContextSource, ...]
