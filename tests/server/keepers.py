"""A server that keeps the data, in the test's own process, for another to follow."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from jupyter_llmchat.server.keeper.listener import Listener
from jupyter_llmchat.server.keeper.ownership import Keeper
from jupyter_llmchat.server.routes import routes
from jupyter_llmchat.server.services import Services

from .builders import HostedFake, Script, settings

SETTINGS = {"cookie_secret": b"secret", "xsrf_cookies": True}
"""Of a Jupyter server, as far as our handlers need them."""


@contextlib.asynccontextmanager
async def keeping(path: Path, script: Script | None = None) -> AsyncIterator[Services]:
    """Services that have the database open and take what others pass on."""
    services = Services(settings(path), HostedFake(), answer=script or Script())
    await services.start(lambda: Listener(routes(services), SETTINGS))
    await services.store()
    try:
        yield services
    finally:
        await services.close()


def keeper(**changes: object) -> Keeper:
    fields = {"pid": 1, "host": "here", "port": 9, "secret": "s", **changes}
    return Keeper(**fields)  # type: ignore[arg-type]
