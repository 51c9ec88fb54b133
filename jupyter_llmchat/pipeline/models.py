"""The models an answer can be written with, as the pipeline sees them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.language_model import LanguageModel
from jupyter_llmchat.protocol.ids import Tier


class Models(Protocol):
    """One model or several tiers of them."""

    @property
    def names(self) -> tuple[Tier, ...]:
        """The tiers there are, cheapest first; with one there is nothing to decide."""
        ...

    @property
    def loaded(self) -> tuple[Tier, ...]:
        """Those of them that answer without being loaded first."""
        ...

    @property
    def fast(self) -> LanguageModel:
        """The model of the cheapest tier: it decides, and is always there."""
        ...

    def use(self, tier: Tier) -> AbstractAsyncContextManager[LanguageModel]:
        """The tier's model, kept in memory as long as the context is open.

        Entering it loads the model if need be, which can take a minute; leaving early
        does not stop the loading. Raises ModelUnavailable when there is no such tier,
        or its model does not fit into memory now or cannot be loaded.
        """
        ...


class OneModel:
    """A single model as Models."""

    def __init__(self, model: LanguageModel, tier: Tier = "fast") -> None:
        self.fast = model
        self.names: tuple[Tier, ...] = (tier,)
        self.loaded = self.names

    @asynccontextmanager
    async def use(self, tier: Tier) -> AsyncIterator[LanguageModel]:
        if tier not in self.names:
            raise no_such_tier(tier)
        yield self.fast


def no_such_tier(tier: Tier) -> ModelUnavailable:
    """What is said about a tier that is not configured."""
    return ModelUnavailable(
        f"No model is set for the tier {tier}.",
        f"Set LLMChatApp.models['{tier}'] to a GGUF file and restart the server.",
    )
