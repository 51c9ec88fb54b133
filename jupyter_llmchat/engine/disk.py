"""Prefixes that every answer needs, kept on disk so that a restart is warm.

A saved state is parsed by C code that trusts it, so only files are read that this user
has written: nobody else may have access, and content and origin are checked by digest.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from pathlib import Path

import msgspec

from jupyter_llmchat import private_file

from .host import Saved

FORMAT = 1
LARGEST = 64 << 20
"""Bytes of a file at most; a system prompt with examples takes a few million."""

_LOG = logging.getLogger(__name__)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a file."""

    format: int
    origin: str
    """Digest of everything that the state depends on."""
    tokens: list[int]
    digest: str
    """Of `data`."""
    data: bytes


class PrefixFolder:
    """The prefixes of one model with one build and setting of the engine.

    A folder or file that cannot be used is left alone; nothing is raised for it.
    """

    def __init__(self, folder: Path, origin: tuple[object, ...]) -> None:
        self._folder = folder
        self._origin = hashlib.sha256(repr((FORMAT, origin)).encode()).hexdigest()

    def load(self) -> list[Saved]:
        """All that is there and whole."""
        found = []
        for path in sorted(self._folder.glob(f"prefix-{self._origin[:16]}-*.bin")):
            kept = self._read(path)
            if kept is not None:
                found.append(Saved(kept.tokens, kept.data))
        return found

    def store(self, saved: Saved) -> None:
        """Writes a state, whole or not at all."""
        kept = Kept(
            format=FORMAT,
            origin=self._origin,
            tokens=saved.tokens,
            digest=hashlib.sha256(saved.data).hexdigest(),
            data=saved.data,
        )
        try:
            private_file.replace(self._path(saved), msgspec.msgpack.encode(kept))
        except OSError:
            _LOG.debug("a prefix could not be kept", exc_info=True)

    def drop(self, saved: Saved) -> None:
        """Removes a state that turned out not to fit."""
        self._path(saved).unlink(missing_ok=True)

    def _path(self, saved: Saved) -> Path:
        tokens = hashlib.sha256(repr(saved.tokens).encode()).hexdigest()
        return self._folder / f"prefix-{self._origin[:16]}-{tokens[:16]}.bin"

    def _read(self, path: Path) -> Kept | None:
        try:
            with path.open("rb") as file:
                if not _is_ours(os.fstat(file.fileno())):
                    return None
                kept = msgspec.msgpack.decode(file.read(LARGEST), type=Kept)
        except (OSError, msgspec.DecodeError, UnicodeError):
            return None
        same = kept.digest == hashlib.sha256(kept.data).hexdigest()
        return kept if same and kept.origin == self._origin else None


def _is_ours(status: os.stat_result) -> bool:
    """Written by this user, and by nobody else to be written."""
    if not hasattr(os, "getuid"):
        return True
    shared = stat.S_IMODE(status.st_mode) & 0o077
    return status.st_uid == os.getuid() and not shared
