"""What a question may soon be asked about, read by the model before it is asked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from jupyter_llmchat.errors import LLMChatError
from jupyter_llmchat.protocol.requests import Context

from .stored import exchanges

if TYPE_CHECKING:
    from jupyter_llmchat.pipeline import Question
    from jupyter_llmchat.store import Store

Prepare = Callable[["Question"], Awaitable[None]]
"""Has the model read what stands before a question; its text does not matter."""

SESSIONS = 32
"""So many sessions' notebooks are remembered, those used last."""


class ReadAhead:
    """Reads for each session what is known of its notebook and its conversation.

    In idle time, one reading a session: what is newer replaces it. Nobody waits for
    it and it raises nothing.
    """

    def __init__(self, store: Store, prepare: Prepare, log: logging.Logger) -> None:
        self._store = store
        self._prepare = prepare
        self._log = log
        self._known: dict[str, Context] = {}
        """By session, the one used last is last."""
        self._reading: dict[str, asyncio.Task[None]] = {}
        self._is_closed = False

    def learn(self, session_id: str, context: Context) -> None:
        """This is the notebook's state now; nothing is read yet."""
        self._known.pop(session_id, None)
        self._known[session_id] = context
        while len(self._known) > SESSIONS:
            del self._known[next(iter(self._known))]

    def read(self, owner: str, session_id: str) -> None:
        """Begins to read, instead of what is being read for this session."""
        if self._is_closed:
            return
        if (earlier := self._reading.get(session_id)) is not None:
            earlier.cancel()
        task = asyncio.create_task(self._read(owner, session_id))
        self._reading[session_id] = task
        task.add_done_callback(lambda done: self._has_read(session_id, done))

    async def close(self) -> None:
        """Nothing is read any more on return, and nothing will be."""
        self._is_closed = True
        tasks = [*self._reading.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _has_read(self, session_id: str, task: asyncio.Task[None]) -> None:
        if self._reading.get(session_id) is task:
            del self._reading[session_id]

    async def _read(self, owner: str, session_id: str) -> None:
        from jupyter_llmchat.pipeline import Question

        try:
            messages = await self._store.messages(owner, session_id)
            question = Question(
                turn_id="",
                text="",
                arrived=0.0,
                history=exchanges(messages),
                context=self._known.get(session_id, ()),
            )
            await self._prepare(question)
        except LLMChatError as error:
            # Whoever asks is told; until then it is nobody's concern.
            self._log.debug("session %s was not read ahead: %s", session_id, error)
        except Exception:  # noqa: BLE001 nothing waits for it
            self._log.error("session %s was not read ahead", session_id, exc_info=True)
