"""Looking after the database: what is in it, copies of it, its size on the disk."""

from __future__ import annotations

from .resources import Resource


class DatabaseCheck(Resource, frozen=True, kw_only=True):
    """POST …/db/check."""

    path: str | None
    """None for a database in memory."""
    bytes: int
    """Of its file."""
    sessions: int
    turns: int
    messages: int
    indexed: int
    """Messages and titles that can be found by searching."""
    waiting: int
    """Messages that will be so soon."""
    problems: tuple[str, ...]
    """Sentences for people; nothing if all is well."""


class Backup(Resource, frozen=True, kw_only=True):
    """A copy of the whole database."""

    name: str
    path: str
    bytes: int
    created: float
    """Seconds since the epoch."""


class BackupList(Resource, frozen=True, kw_only=True):
    """GET …/db/backups, the newest first."""

    backups: tuple[Backup, ...]


class Vacuumed(Resource, frozen=True, kw_only=True):
    """POST …/db/vacuum: the file has been written anew without what was deleted."""

    bytes_before: int
    bytes_after: int
    backups: tuple[Backup, ...]
    """Copies from before, which may still hold what was deleted."""


class Reindexed(Resource, frozen=True, kw_only=True):
    """POST …/db/rebuild-index: what can be found is being looked at anew."""

    waiting: int
    """Messages to go; searching finds more and more of them."""
