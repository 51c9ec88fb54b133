"""Which server keeps the data: this one, or another that requests are passed on to.

DuckDB lets one process use a database. The first server of a user that gets the lock
of the folder keeps the data; the others follow it and try for the lock when it ends.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import platform
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

from jupyter_llmchat._version import __version__
from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.errors import StoreUnavailable

from .link import Link
from .listener import Listener
from .ownership import Keeper, Ownership

WAIT_S = 30.0
"""Requests wait this long for a server to take over."""
POLL_S = 0.25
"""So often the lock is tried while no keeper answers that is understood."""
LOOK_S = 10.0
"""Looking at the folder takes this long at most; a disk may not answer at all."""

_HERE = "here"
Place = StoreUnavailable | Link | str | None
"""Why nobody can be asked, the way to the keeper, `_HERE`, or None: not known yet."""


class Election:
    """Follows the keeper until this server is the one, which it then stays.

    `own` opens what only the keeper has; it is called once at most and returns soon.
    """

    def __init__(
        self,
        store: StoreConfig,
        own: Callable[[], Awaitable[None]],
        log: logging.Logger,
    ) -> None:
        self._store = store
        self._own = own
        self._log = log
        self._place: Place = None
        self._changed = asyncio.Event()
        self._listen: Callable[[], Listener] | None = None
        self._listener: Listener | None = None
        self._ownership: Ownership | None = None
        self._following: asyncio.Task[None] | None = None
        self._unanswered_since = 0.0

    async def start(self, listen: Callable[[], Listener] | None) -> None:
        """Returns at once. Without `listen` no other server can pass requests on."""
        self._listen = listen
        if self._store.path is None:
            await self._take()
        else:
            self._following = asyncio.create_task(self._run(self._store.path))

    async def keeper(self, other_than: Link | None = None) -> Link | None:
        """The way to the keeper; None if that is this server.

        Waits, within bounds, until it is known, and until it is `other_than` a way that
        has led nowhere. Raises StoreUnavailable.
        """
        try:
            async with asyncio.timeout(WAIT_S):
                while self._place is None or self._place is other_than:
                    await self._changed.wait()
        except TimeoutError as error:
            raise _UNDECIDED from error
        if isinstance(self._place, StoreUnavailable):
            raise self._place
        return self._place if isinstance(self._place, Link) else None

    @property
    def link(self) -> Link | None:
        """The way to the keeper if that is another server that answers."""
        return self._place if isinstance(self._place, Link) else None

    async def link_by(self, timeout_s: float) -> Link | None:
        """As `link`, once it is known who keeps the data, or after so many seconds."""
        try:
            async with asyncio.timeout(timeout_s):
                while self._place is None:
                    await self._changed.wait()
        except TimeoutError:
            pass
        return self.link

    @property
    def trouble(self) -> StoreUnavailable | None:
        """Why the keeper cannot be asked at the moment."""
        return self._place if isinstance(self._place, StoreUnavailable) else None

    async def withdraw(self) -> None:
        """Takes no new requests of other servers, and no longer tries to take over."""
        if self._listener is not None:
            self._listener.refuse()
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait((self._following,))

    async def leave(self) -> None:
        """Lets another server keep the data, once what this one had is closed."""
        if self._listener is not None:
            await self._listener.close()
        if self._ownership is not None:
            await asyncio.to_thread(self._ownership.release)

    def _set(self, place: Place) -> None:
        if place is self._place:
            return
        self._place = place
        self._changed.set()
        self._changed = asyncio.Event()

    async def _run(self, path: Path) -> None:
        try:
            self._ownership = await self._lockable(path)
            if self._ownership is not None:
                await self._won(self._ownership)
        except OSError as error:  # the folder has gone, or has no room
            self._log.warning("nobody can be told who keeps the data: %s", error)
        except Exception:  # noqa: BLE001 the server must go on without others too
            self._log.error("the owner of the data is not known", exc_info=True)
        await self._take()

    async def _take(self) -> None:
        await self._own()
        self._set(_HERE)

    async def _lockable(self, path: Path) -> Ownership | None:
        """None where nothing can be kept: the store then says why, and works alone."""
        try:
            path = path.expanduser().absolute()
            async with asyncio.timeout(LOOK_S):
                await asyncio.to_thread(_look, path, self._store.network_folder)
        except (StoreUnavailable, OSError, ValueError, RuntimeError):
            return None
        return Ownership(path.parent)

    async def _won(self, ownership: Ownership) -> None:
        """Returns when this process holds the lock and others know where it listens."""
        self._unanswered_since = time.monotonic()
        while not await asyncio.to_thread(ownership.claim):
            await self._follow(await asyncio.to_thread(ownership.keeper), ownership)
            await asyncio.sleep(POLL_S)
        if self._listen is not None:
            listener = self._listen()
            announced = listener.start()
            self._listener = listener
            await asyncio.to_thread(ownership.announce, announced)

    async def _follow(self, keeper: Keeper | None, ownership: Ownership) -> None:
        """Returns when the keeper has gone, or there is none that can be followed."""
        if keeper is not None and not _is_near(keeper):
            self._set_trouble(_strange(keeper))
        elif keeper is not None and await self._followed(keeper):
            self._unanswered_since = time.monotonic()
        elif time.monotonic() - self._unanswered_since > WAIT_S:
            self._set_trouble(_unknown(ownership.folder))

    async def _followed(self, keeper: Keeper) -> bool:
        """Whether the keeper has answered, once it has gone or fallen silent."""
        has_answered = False
        await asyncio.to_thread(importlib.import_module, "httpx")
        link = Link(keeper)
        try:
            async with aclosing(link.signs()) as signs:
                async for is_alive in signs:
                    has_answered |= is_alive
                    if is_alive:
                        self._set(link)
                    else:
                        self._set_trouble(link.silence)
        finally:
            if self._place is link:
                self._set(None)
            await link.close()
        return has_answered

    def _set_trouble(self, error: StoreUnavailable) -> None:
        if self.trouble is None or str(self.trouble) != str(error):
            self._log.warning("%s", error)
            self._set(error)


def _look(path: Path, network_folder: bool) -> None:
    """Raises StoreUnavailable where no database can be kept. Blocks."""
    # Importing takes longer than the event loop may be held up.
    from jupyter_llmchat.store import files

    files.prepare_folder(path, network_folder=network_folder)


def _is_near(keeper: Keeper) -> bool:
    return keeper.is_understood and keeper.host == platform.node()


def _strange(keeper: Keeper) -> StoreUnavailable:
    where = f"process {keeper.pid}"
    if keeper.host != platform.node():
        where += f" on {keeper.host}"
    version = f"version {keeper.version}, protocol {keeper.protocol}"
    return StoreUnavailable(
        f"The conversations are in use by another Jupyter server ({where}, {version}); "
        f"this one has version {__version__}.",
        "End that server: this one then takes over. Or choose another folder with "
        "LLMChatApp.data_dir.",
    )


def _unknown(folder: Path) -> StoreUnavailable:
    return StoreUnavailable(
        f"Another process has locked the conversations in {folder}, and it does not "
        "answer.",
        "End it: this server then takes over. Or choose another folder with "
        "LLMChatApp.data_dir.",
    )


_UNDECIDED = StoreUnavailable(
    "The server that kept the conversations has ended, and no other has taken over.",
    "Ask again in a moment.",
)
