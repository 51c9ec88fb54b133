"""Looks after the database while it is in use."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_llmchat.errors import StoreUnavailable
from jupyter_llmchat.protocol.upkeep import (
    Backup,
    DatabaseCheck,
    Reindexed,
    Vacuumed,
)

from . import files

if TYPE_CHECKING:
    from .access import Access
    from .db import Cursor, Row
    from .indexing import Indexing


class Upkeep:
    """Every method raises StoreUnavailable."""

    def __init__(self, access: Access, indexing: Indexing, path: Path | None) -> None:
        self._access = access
        self._indexing = indexing
        self._path = path

    async def check(self) -> DatabaseCheck:
        """Reads everything once."""
        path = self._path
        return await self._access.read(lambda cursor: check(cursor, path))

    async def backups(self) -> tuple[Backup, ...]:
        """The newest first."""
        from . import backups

        return await asyncio.to_thread(backups.listed, self._file)

    async def back_up(self) -> Backup:
        """Copies the database as it is now, while it is in use."""
        from . import backups

        target = await asyncio.to_thread(self._place_for_copy)
        try:
            await self._access.copy(target)
            return await asyncio.to_thread(backups.protected, target)
        except BaseException:
            target.unlink(missing_ok=True)
            raise

    async def vacuum(self) -> Vacuumed:
        """Writes the file anew, so that what was deleted is gone from it.

        Nothing can be written until it is done: about 20 s for a million messages.
        """
        file = self._file
        before = files.size_of(file) + files.size_of(files.log_of(file))
        await asyncio.to_thread(self._place_for_copy)
        await self._access.rewrite()
        return Vacuumed(
            bytes_before=before,
            bytes_after=files.size_of(file),
            backups=await self.backups(),
        )

    async def rebuild_index(self) -> Reindexed:
        """Forgets what can be found and begins to look at it anew."""
        await self._indexing.start_over()
        return Reindexed(waiting=(await self.check()).messages)

    @property
    def _file(self) -> Path:
        if self._path is None:
            raise StoreUnavailable(
                "Conversations are kept in memory only, so there is no file.",
                "`jupyter llmchat status` says why.",
            )
        return self._path

    def _place_for_copy(self) -> Path:
        from . import backups

        backups.require_room(self._file)
        return backups.new_file(self._file)


def check(cursor: Cursor, path: Path | None) -> DatabaseCheck:
    """Counts, and what does not fit together."""
    counts = _row(
        cursor,
        "SELECT (SELECT count(*) FROM sessions) AS sessions,"
        " (SELECT count(*) FROM turns) AS turns,"
        " (SELECT count(*) FROM messages) AS messages,"
        " (SELECT count(*) FROM search_documents) AS indexed,"
        " (SELECT count(*) FROM messages WHERE state <> 'streaming'"
        "  AND seq NOT IN (SELECT doc FROM search_documents)) AS waiting",
    )
    problems = [
        sentence.format(n)
        for sentence, sql in _PROBLEMS
        if (n := _row(cursor, f"SELECT count(*) AS n FROM {sql}")["n"])
    ]
    return DatabaseCheck(
        path=None if path is None else str(path),
        bytes=0 if path is None else files.size_of(path),
        problems=tuple(problems),
        **counts,
    )


_PROBLEMS = (
    (
        "{} messages belong to no turn.",
        "messages WHERE turn_id NOT IN (SELECT id FROM turns)",
    ),
    (
        "{} turns belong to no conversation.",
        "turns WHERE session_id NOT IN (SELECT id FROM sessions)",
    ),
    (
        "{} turns have lost their question.",
        "turns WHERE message_id NOT IN (SELECT id FROM messages)",
    ),
    (
        "{} turns have lost their answer.",
        "turns WHERE answer_id NOT IN (SELECT id FROM messages)",
    ),
    (
        "{} pieces of text belong to no turn.",
        "message_chunks WHERE turn_id NOT IN (SELECT id FROM turns)",
    ),
    (
        "{} conversations count their messages wrongly.",
        "sessions s LEFT JOIN (SELECT session_id, count(*) AS n FROM messages"
        " GROUP BY session_id) m ON m.session_id = s.id"
        " WHERE s.messages <> coalesce(m.n, 0)",
    ),
    (
        "{} entries of the search index are of messages that are gone; "
        "run `jupyter llmchat db rebuild-index`.",
        "search_documents WHERE doc NOT IN (SELECT seq FROM messages)"
        " AND doc NOT IN (SELECT doc FROM search_titles)",
    ),
)
"""Sentences and what they count."""


def _row(cursor: Cursor, sql: str) -> Row:
    row = cursor.row(sql)
    assert row is not None
    return row
