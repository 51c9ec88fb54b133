"""How the server side is doing. Looking does not count as activity."""

from __future__ import annotations

from jupyter_llmchat.protocol.checkup import Checkup
from jupyter_llmchat.protocol.resources import Health, Status

from .base import Endpoint
from .operation import operation


class ServerHealth(Endpoint):
    """The server answers; says nothing about the model or the database."""

    answered_here = True
    _track_activity = False

    @operation(reply=Health)
    async def get(self) -> Health:
        """See whether the server answers."""
        return Health(ok=True)


class ServerStatus(Endpoint):
    """The state of the model, the database and the turns."""

    answered_here = True
    _track_activity = False

    @operation(reply=Status)
    async def get(self) -> Status:
        """See how the model, the database and the turns are doing."""
        return await self.services.whole_status()


class Checks(Endpoint):
    """Everything that has to be in place."""

    answered_here = True
    _track_activity = False

    @operation(reply=Checkup)
    async def get(self) -> Checkup:
        """Check that everything is in place; takes some seconds."""
        return await self.services.doctor.checkup()
