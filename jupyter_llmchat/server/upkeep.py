"""Looking after the database over REST. No path ever comes from a client."""

from __future__ import annotations

from jupyter_llmchat.protocol.upkeep import (
    Backup,
    BackupList,
    DatabaseCheck,
    Reindexed,
    Vacuumed,
)

from .base import Endpoint
from .operation import operation


class CheckDatabase(Endpoint):
    """Whether all is well with the database."""

    @operation(reply=DatabaseCheck)
    async def post(self) -> DatabaseCheck:
        """Check the database: reads everything once, changes nothing."""
        return await (await self.services.store()).upkeep.check()


class Backups(Endpoint):
    """Copies of the database."""

    @operation(reply=BackupList)
    async def get(self) -> BackupList:
        """List the backups, the newest first."""
        store = await self.services.store()
        return BackupList(backups=await store.upkeep.backups())

    @operation(reply=Backup, status=201)
    async def post(self) -> Backup:
        """Make a backup, while the database is in use."""
        return await (await self.services.store()).upkeep.back_up()


class VacuumDatabase(Endpoint):
    """The database's file."""

    @operation(reply=Vacuumed)
    async def post(self) -> Vacuumed:
        """Write the file anew, so that what was deleted is gone from it."""
        return await (await self.services.store()).upkeep.vacuum()


class RebuildIndex(Endpoint):
    """The search index."""

    @operation(reply=Reindexed, status=202)
    async def post(self) -> Reindexed:
        """Build the search index anew, in the background."""
        return await (await self.services.store()).upkeep.rebuild_index()
