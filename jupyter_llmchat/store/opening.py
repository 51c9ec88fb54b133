"""How a store comes up whatever state its files are in.

A file that cannot be used now (no room, no right, in use, newer) stays untouched
and the store works in memory. A damaged one is set aside, never deleted, and a new
one takes its place.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.errors import StoreUnavailable
from jupyter_llmchat.protocol.resources import StoreStatus

from . import db, files, turns
from .columns import Clock
from .database import Database
from .faults import Damaged, DamagedLog, Locked
from .migrations import check, migrate

_LOG = logging.getLogger(__name__)
_RECOVERY_S = 60.0
_REPAIRS = 2
_LOCKED_S = 2.0
_LOCKED_POLL_S = 0.05
_IN_MEMORY = "Until then conversations are kept in memory and end with the server."


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A database that is ready for use."""

    database: Database
    clock: Clock
    """Goes on where the stored conversations end."""
    status: StoreStatus


def open_database(config: StoreConfig) -> Opened:
    """The database of `config.path`, or one in memory; says in `status` why."""
    if config.path is None:
        return open_in_memory(
            config,
            "Conversations are kept in memory and end with the server. "
            "Set a database file to keep them.",
        )
    try:
        return _open_when_free(config, config.path.expanduser().absolute())
    except StoreUnavailable as trouble:
        return open_in_memory(config, f"{trouble} {_IN_MEMORY}")
    except (OSError, ValueError, RuntimeError) as trouble:  # no home, NUL, timeout
        _LOG.warning("%s cannot be used", config.path, exc_info=True)
        cause = f"The database file {str(config.path)!r} cannot be used: {trouble}."
        return open_in_memory(config, f"{cause} Choose another one. {_IN_MEMORY}")


def open_in_memory(config: StoreConfig, detail: str) -> Opened:
    """An empty database that ends with the process."""
    status = StoreStatus(kind="memory", path=None, detail=detail)
    return _start(config, None, status)


def _open_when_free(config: StoreConfig, path: Path) -> Opened:
    """A server that is ending, or was killed just now, is waited for."""
    end = time.monotonic() + _LOCKED_S
    while True:
        try:
            return _open_file(config, path)
        except Locked:
            if time.monotonic() >= end:
                raise
        time.sleep(_LOCKED_POLL_S)


def _open_file(config: StoreConfig, path: Path) -> Opened:
    files.prepare_folder(path, network_folder=config.network_folder)
    notes = [f"Conversations are stored in {path}."]
    if not path.exists() and files.log_of(path).exists():
        # DuckDB would make a new file and delete the log.
        kept = files.set_aside(path, log_only=True)
        notes.append(
            f"The database file was missing; the writes that its log held are in {kept}"
            ". Restore both from a backup to get them back."
        )
    for _ in range(_REPAIRS):
        try:
            return _open_sound(config, path, notes)
        except Damaged as damage:
            notes.append(_repair(path, damage))
    return _open_sound(config, path, notes)


def _repair(path: Path, damage: Damaged) -> str:
    """Sets aside what is damaged; says what that means."""
    if isinstance(damage, DamagedLog) and files.log_of(path).exists():
        kept = files.set_aside(path, log_only=True)
        return (
            f"The log of the latest writes was damaged and is kept as {kept}; "
            "what was written last may be missing."
        )
    kept = files.set_aside(path)
    return (
        f"The database was damaged and is kept as {kept}; a new one was begun. "
        "Restore it from a backup to see earlier conversations."
    )


def _open_sound(config: StoreConfig, path: Path, notes: list[str]) -> Opened:
    if path.exists():
        # Read-only, so that a file of a newer version stays as it is.
        looking = db.connect(path, read_only=True)
        try:
            db.check_length(looking, files.size_of(path))
            check(looking)
        finally:
            looking.close()
    status = StoreStatus(kind="file", path=str(path), detail=" ".join(notes))
    return _start(config, path, status)


def _start(config: StoreConfig, path: Path | None, status: StoreStatus) -> Opened:
    database = Database(
        path,
        migrate,
        group_size=config.group_size,
        window_s=config.group_ms / 1000,
    )
    try:
        clock = Clock(database.read(_next_place))
        database.write(lambda cursor: turns.interrupt_unfinished(cursor, clock)).result(
            _RECOVERY_S
        )
    except BaseException:
        database.close(_RECOVERY_S)
        raise
    return Opened(database=database, clock=clock, status=status)


def _next_place(cursor: db.Cursor) -> int:
    row = cursor.row(
        "SELECT 1 + greatest("
        " (SELECT coalesce(max(used_seq), 0) FROM sessions),"
        " (SELECT coalesce(max(seq), 0) FROM messages),"
        " (SELECT coalesce(max(seq), 0) FROM message_chunks),"
        " (SELECT coalesce(max(seq), 0) FROM decisions),"
        " (SELECT coalesce(max(doc), 0) FROM search_documents)) AS place"
    )
    return int(row["place"]) if row else 1
