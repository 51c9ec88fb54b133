"""The database."""

from __future__ import annotations

import asyncio
import os
import shutil
import struct
import sys
import tempfile
from pathlib import Path

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.errors import StoreUnavailable

from .finding import Finding, fail, ok, warn

COPY_BYTES = 256 << 20
"""A larger database is not opened."""
OPEN_S = 60.0


def check_store(config: StoreConfig) -> Finding:
    """Opens a copy: to open the file itself would lock out a server that starts."""
    from jupyter_llmchat.store import files

    if (path := config.path) is None:
        return warn(
            "Conversations are kept in memory and end with the server.",
            "Unset LLMChatApp.memory_only to keep them.",
        )
    if not path.parent.exists():
        return _check_place(path)
    try:
        files.prepare_folder(path, network_folder=config.network_folder)
    except StoreUnavailable as error:
        return fail(error.message, error.hint)
    if not path.exists():
        return ok(f"The database {path} will be made when it is needed.")
    if owner := _owner(path):
        return ok(f"The database {path} is in use by process {owner}.")
    size = files.size_of(path) + files.size_of(files.log_of(path))
    if size > COPY_BYTES:
        return ok(f"The database {path} can be written; it was too large to try.")
    return _try_copy(path)


def _check_place(path: Path) -> Finding:
    place = next(each for each in path.parents if each.exists())
    if place.is_dir() and os.access(place, os.W_OK | os.X_OK):
        return ok(f"The database {path} will be made when it is needed.")
    return fail(
        f"The folder {path.parent} cannot be made: {place} is not writable.",
        "Make it writable, or choose another folder with LLMCHAT_DATA_DIR.",
    )


def _try_copy(path: Path) -> Finding:
    from jupyter_llmchat.store import files

    with tempfile.TemporaryDirectory(prefix="llmchat-doctor-") as folder:
        copy = Path(folder) / path.name
        try:
            for source, target in (
                (path, copy),
                (files.log_of(path), files.log_of(copy)),
            ):
                if source.exists():
                    shutil.copyfile(source, target)
        except OSError as error:
            return warn(
                f"The database {path} could not be copied to be tried: {error}.",
                "Check that it can be read and that the temporary folder has room.",
            )
        trouble = asyncio.run(_trouble(copy))
        if trouble:
            return warn(
                trouble.replace(str(copy), str(path)),
                "The server sets a damaged file aside and never deletes it; restore "
                f"{path} from a backup before you start it.",
            )
    return ok(f"The database {path} opens and can be written.")


async def _trouble(copy: Path) -> str:
    """What the store says about a file that it does not take as it is; else ""."""
    from jupyter_llmchat.store import Store

    async with asyncio.timeout(OPEN_S):
        store = await Store.open(StoreConfig(path=copy))
        status = store.status
        await store.close()
    is_sound = status.kind == "file" and not any(copy.parent.glob("*.damaged-*"))
    return "" if is_sound else status.detail


def _owner(path: Path) -> int | None:
    """The process that holds DuckDB's lock, without taking it; None off Linux."""
    if sys.platform != "linux":
        return None
    import fcntl

    question = struct.pack("hh4xqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    with path.open("rb+") as file:
        answer = fcntl.fcntl(file, fcntl.F_GETLK, question)
    kind, *_, owner = struct.unpack("hh4xqqi4x", answer)
    return None if kind == fcntl.F_UNLCK else int(owner)
