"""This server's way to the one that keeps the data."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_llmchat.errors import StoreUnavailable
from jupyter_llmchat.protocol.resources import Status
from jupyter_llmchat.server.identity import LOCAL, forwarded_as

from .ownership import Keeper
from .presence import NONCE, PATH, PROOF, is_proof, proof

if TYPE_CHECKING:
    pass

STATUS = "/jupyter-llmchat/api/status"
SILENT_S = 5.0
"""The keeper gives a sign of life every second; after so long without one requests
are refused instead of kept waiting."""


class Link:
    """Watches the keeper and carries what is passed on to it."""

    def __init__(self, keeper: Keeper) -> None:
        import httpx

        self.keeper = keeper
        self.client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{keeper.port}",
            # Answers may take minutes; whether the keeper is alive is watched here.
            timeout=httpx.Timeout(None, connect=SILENT_S),
            # A connection that was kept may be one to a server that has ended, and
            # what is lost in it may have been acted on or not.
            limits=httpx.Limits(max_keepalive_connections=0),
            trust_env=False,
            verify=False,
        )
        self._carried: dict[asyncio.Task[None], bool] = {}

    @property
    def silence(self) -> StoreUnavailable:
        """What is said when the keeper shows no sign of life."""
        return StoreUnavailable(
            "Another Jupyter server keeps the conversations "
            f"(process {self.keeper.pid}), and it does not answer.",
            "Ask again in a moment. If it stays so, end that process: this server "
            "then takes over.",
        )

    def carry(
        self, work: Coroutine[Any, Any, None], *, idles: bool = False
    ) -> asyncio.Task[None]:
        """Does the work until it is done or this link is closed, which cancels it.

        What `idles` may be open for days and is no sign that somebody is at work.
        """
        task = asyncio.create_task(work)
        self._carried[task] = idles
        task.add_done_callback(self._carried.pop)
        return task

    @property
    def active(self) -> int:
        """Requests that the keeper is answering."""
        return sum(not idles for idles in self._carried.values())

    async def status(self) -> Status | None:
        """The keeper's; None when it does not say."""
        import httpx

        headers = forwarded_as(LOCAL, self.keeper.secret)
        try:
            response = await self.client.get(STATUS, headers=headers, timeout=SILENT_S)
            return msgspec.json.decode(response.content, type=Status)
        except (httpx.HTTPError, msgspec.DecodeError, RuntimeError):  # closed meanwhile
            return None

    async def close(self) -> None:
        """Gives up what is being passed on."""
        if self._carried:
            for each in self._carried:
                each.cancel()
            await asyncio.wait(tuple(self._carried))
        await self.client.aclose()

    async def signs(self) -> AsyncGenerator[bool, None]:
        """True for each sign of life, and False at the end if the next one is overdue.

        Else it ends when the keeper has ended, or who answers is not the keeper.
        """
        import httpx

        try:
            async with aclosing(self._beats()) as beats:
                async for _ in beats:
                    yield True
        except httpx.TimeoutException:
            yield False
        except httpx.HTTPError:
            return

    async def _beats(self) -> AsyncGenerator[None, None]:
        import httpx

        secret, nonce = self.keeper.secret, secrets.token_hex(16)
        headers = {NONCE: nonce, PROOF: proof(secret, nonce, "asked")}
        timeout = httpx.Timeout(SILENT_S)
        async with self.client.stream(
            "GET", PATH, headers=headers, timeout=timeout
        ) as response:
            lines = response.aiter_lines()
            if response.status_code != 200 or not is_proof(
                await anext(lines, ""), secret, nonce, "answered"
            ):
                return
            yield
            async for _ in lines:
                yield
