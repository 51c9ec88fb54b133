"""`jupyter llmchat doctor` as the server runs it, for those who have no terminal."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from contextlib import suppress

from jupyter_llmchat.errors import BadRequest, LLMChatError, TimedOut
from jupyter_llmchat.protocol.checkup import Checkup
from jupyter_llmchat.protocol.codec import decode

COMMAND = (sys.executable, "-P", "-m", "jupyter_llmchat", "doctor", "--json")
"""In a process of its own: it loads what this one never does. Nothing of a request
is part of it."""
LONGEST_S = 120.0
BY_HAND = "Run `jupyter llmchat doctor` in a terminal."


class Doctor:
    """Runs the checks, once however many ask for them at a time."""

    def __init__(
        self, command: Sequence[str] = COMMAND, longest_s: float = LONGEST_S
    ) -> None:
        self._command = command
        self._longest_s = longest_s
        self._running: asyncio.Task[Checkup] | None = None

    async def checkup(self) -> Checkup:
        """What is found now. Raises LLMChatError if that cannot be found out."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
            self._running.add_done_callback(_heard)
        # Who leaves does not end it for the others.
        return await asyncio.shield(self._running)

    async def close(self) -> None:
        """Its process is gone on return."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait((self._running,))

    async def _run(self) -> Checkup:
        process = await asyncio.create_subprocess_exec(
            *self._command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL
        )
        try:
            async with asyncio.timeout(self._longest_s):
                said, _ = await process.communicate()
        except TimeoutError as error:
            raise TimedOut("The checks did not come to an end.", BY_HAND) from error
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        try:
            return decode(said, Checkup)
        except BadRequest as error:
            raise LLMChatError("The checks could not be made.", BY_HAND) from error


def _heard(task: asyncio.Task[Checkup]) -> None:
    """Whoever waited has got the error; perhaps nobody did."""
    if not task.cancelled():
        task.exception()
