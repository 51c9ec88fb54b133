"""The sign of life that the keeper of the data gives to the other servers.

A connection that stays open: the system closes it when the keeper ends, however it
ends, so that the others know at once. Both sides prove that they know the secret
without telling it: the port of a keeper that has ended may be anybody's.
"""

from __future__ import annotations

import asyncio
import hmac

from tornado import web
from tornado.iostream import StreamClosedError

PATH = "/presence"
NONCE = "X-LLMChat-Nonce"
PROOF = "X-LLMChat-Proof"
BEAT_S = 1.0
"""A line is sent this often."""


def proof(secret: str, nonce: str, side: str) -> str:
    """What only who knows the secret can say, on this side of this connection."""
    return hmac.digest(secret.encode(), f"{side} {nonce}".encode(), "sha256").hex()


def is_proof(given: str, secret: str, nonce: str, side: str) -> bool:
    return hmac.compare_digest(given.encode(), proof(secret, nonce, side).encode())


class Presence(web.RequestHandler):
    """GET: lines without end; the first one proves who this is."""

    def initialize(self, secret: str, ending: asyncio.Event) -> None:
        self._secret = secret
        self._ending = ending

    async def get(self) -> None:
        nonce = self.request.headers.get(NONCE, "")
        given = self.request.headers.get(PROOF, "")
        if not is_proof(given, self._secret, nonce, "asked"):
            raise web.HTTPError(403)
        self.write(proof(self._secret, nonce, "answered"))
        try:
            while not self._ending.is_set():
                self.write("\n")
                await self.flush()
                await self._pause()
        except StreamClosedError:
            pass

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(BEAT_S):
                await self._ending.wait()
        except TimeoutError:
            pass
