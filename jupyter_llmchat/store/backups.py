"""Copies of the database: where they lie and how one takes the database's place."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from jupyter_llmchat.errors import BadRequest, NotFound, StoreUnavailable
from jupyter_llmchat.protocol.upkeep import Backup

from . import db, files
from .faults import Damaged, Unsupported
from .migrations import check, version

_SUFFIX = ".duckdb"


def new_file(path: Path) -> Path:
    """A name that is free, in the folder for copies, which is made if need be."""
    folder = files.copies_of(path)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise StoreUnavailable(
            f"The folder {folder} cannot be written: {error.strerror}.",
            "Make it writable, then try again.",
        ) from error
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    target, number = folder / f"{path.stem}-{stamp}{_SUFFIX}", 1
    while target.exists():
        target = folder / f"{path.stem}-{stamp}.{number}{_SUFFIX}"
        number += 1
    return target


def require_room(path: Path) -> None:
    """Raises StoreUnavailable where a copy of the database would not fit."""
    if not files.has_room(path):
        raise StoreUnavailable(
            "There is no room on the disk for a copy of the database.",
            "Free some disk space, then try again.",
        )


def protected(target: Path) -> Backup:
    """A copy that has just been made, readable by its owner only and on the disk."""
    target.chmod(0o600)
    files.sync(target)
    files.sync(target.parent)
    return _backup(target)


def listed(path: Path) -> tuple[Backup, ...]:
    """All copies, the newest first."""
    found = files.copies_of(path).glob(f"{path.stem}-*{_SUFFIX}")
    backups = []
    for each in found:
        with suppress(OSError):  # removed meanwhile
            backups.append(_backup(each))
    return tuple(sorted(backups, key=lambda each: each.created, reverse=True))


def find(path: Path, name: str) -> Path:
    """A copy by its name, or any file by its path; raises NotFound."""
    ours = files.copies_of(path) / Path(name).name
    chosen = ours if Path(name).name == name and ours.exists() else Path(name)
    if not chosen.expanduser().is_file():
        raise NotFound(
            f"There is no backup {name!r}.", "List them: jupyter llmchat db backups"
        )
    return chosen.expanduser().absolute()


def is_ours(path: Path, source: Path) -> bool:
    """Whether a file lies among the copies of the database."""
    return source.parent == files.copies_of(path).absolute()


def restore(path: Path, source: Path) -> Path | None:
    """Puts a copy in the place of the database, which no server may be using.

    The database of before is kept under the name that is returned. Raises BadRequest
    for a file that is none of ours, and StoreUnavailable.
    """
    _require_sound(source)
    files.prepare_folder(path)
    _require_free(path)
    fresh = path.with_name(path.name + ".restoring")
    try:
        _copy(source, fresh)
        kept = None
        if path.exists() or files.log_of(path).exists():
            kept = files.set_aside(path, why="replaced")
        fresh.replace(path)
        files.sync(path.parent)
    except OSError as error:
        raise StoreUnavailable(
            f"The backup could not be copied: {error.strerror}.",
            "Free some disk space or check the folder's permissions.",
        ) from error
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
    return kept


def _require_sound(source: Path) -> None:
    cursor = db.connect(source, read_only=True)
    try:
        db.check_length(cursor, files.size_of(source))
        check(cursor)
        if not version(cursor):
            raise BadRequest(
                "The file holds no conversations of jupyter-llmchat.",
                "Choose one of: jupyter llmchat db backups",
            )
    except Unsupported as error:
        raise BadRequest(error.message, "Choose another backup.") from error
    finally:
        cursor.close()


def _require_free(path: Path) -> None:
    """Raises Locked while somebody has the database open."""
    if path.exists():
        # Damaged is what one restores.
        with suppress(Damaged, Unsupported):
            db.connect(path).close()


def _copy(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    shutil.copyfile(source, target)
    files.sync(target)


def _backup(file: Path) -> Backup:
    found = file.stat()
    return Backup(
        name=file.name, path=str(file), bytes=found.st_size, created=found.st_mtime
    )
