"""Which server keeps the data of a folder: a lock decides, a file tells the others."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

import msgspec

from jupyter_llmchat import private_file
from jupyter_llmchat._version import __version__
from jupyter_llmchat.file_lock import FileLock
from jupyter_llmchat.protocol.ids import PROTOCOL_VERSION

LOCK = "owner.lock"
NOTICE = "owner.json"


class Keeper(msgspec.Struct, frozen=True, kw_only=True):
    """The server that keeps the data, as other servers of the same user reach it."""

    pid: int
    host: str
    """Name of its machine: a network folder may be used by several."""
    port: int
    """On the loopback interface."""
    secret: str
    """Fresh with every start; who knows it may read the user's files."""
    version: str = __version__
    protocol: int = PROTOCOL_VERSION

    @property
    def is_understood(self) -> bool:
        """Whether this server can pass requests on to it."""
        return (self.version, self.protocol) == (__version__, PROTOCOL_VERSION)


class Ownership:
    """A folder's lock and notice. Every method may block on the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = FileLock(folder / LOCK)
        self._notice = folder / NOTICE
        self._claiming = threading.Lock()
        self._is_given_up = False

    def claim(self) -> bool:
        """Whether the folder is this process's from now on; others are not waited for.

        Raises OSError or ValueError where nothing can be locked.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._claiming:
            if self._is_given_up or not self._lock.acquire():
                return False
            # Of a server that has ended, whose port may be anybody's by now.
            self._notice.unlink(missing_ok=True)
            return True

    def announce(self, keeper: Keeper) -> None:
        """Tells the others; only for who holds the folder. Raises OSError."""
        private_file.replace(self._notice, msgspec.json.encode(keeper))

    def keeper(self) -> Keeper | None:
        """Who has announced itself last; it may have ended since."""
        try:
            return msgspec.json.decode(self._notice.read_bytes(), type=Keeper)
        except (OSError, ValueError):  # msgspec's errors are ValueErrors
            return None

    def release(self) -> None:
        """Lets another process have the folder, for good. Safe to call twice."""
        with self._claiming:
            self._is_given_up = True
            if self._lock.is_held:
                with contextlib.suppress(OSError):
                    self._notice.unlink(missing_ok=True)
                self._lock.release()
