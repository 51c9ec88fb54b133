"""The settings in force and the sources of context, over REST."""

from __future__ import annotations

from jupyter_llmchat.protocol.setup import (
    ContextSource,
    ModelInForce,
    Retrieval,
    SettingsInForce,
)

from .base import Endpoint
from .operation import operation


class Settings(Endpoint):
    """What the server has been told, and what has become of it."""

    _track_activity = False

    @operation(reply=SettingsInForce)
    async def get(self) -> SettingsInForce:
        """See the settings as configured, and those of each model as it runs."""
        services = self.services
        return SettingsInForce(
            settings=services.settings.configured,
            models=tuple(
                ModelInForce(tier=each.tier, settings=each.model.in_force)
                for each in services.models.status
            ),
        )


class Sources(Endpoint):
    """Where questions get their context from."""

    _track_activity = False

    @operation(reply=Retrieval)
    async def get(self) -> Retrieval:
        """See which sources of context there are, and how each is doing."""
        ahead = (await self.services.turns()).ahead
        known = ahead.known(self.owner)
        reading = ahead.is_reading(self.owner)
        notebooks = ContextSource(
            name="notebook",
            state="reading" if reading else "ready" if known else "empty",
            items=known,
            detail="Notebooks that are sent along with questions, by session; the "
            "model reads them before anyone asks.",
        )
        return Retrieval(sources=(notebooks,))
