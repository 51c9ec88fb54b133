"""What a question may soon be asked about, read by the model before it is asked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jupyter_llmchat.errors import LLMChatError
from jupyter_llmchat.protocol.requests import Context

from .options import check_session_config
from .stored import exchanges

if TYPE_CHECKING:
    from jupyter_llmchat.pipeline import Question
    from jupyter_llmchat.store import Store

Prepare = Callable[["Question"], Awaitable[None]]
"""Has the model read what stands before a question; its text does not matter."""

SESSIONS = 32
"""So many sessions' notebooks are remembered, those used last."""


def unbegun(owner: str) -> str:
    """In the place of a session's id: the owner's next one, which has none yet."""
    return f"next of {owner}"


@dataclass(frozen=True, kw_only=True)
class Notebook:
    """What is known of the notebook of a session."""

    owner: str
    context: Context


class ReadAhead:
    """Reads for each session what is known of its notebook and its conversation.

    In idle time, one reading a session: what is newer replaces it. Nobody waits for
    it and it raises nothing.
    """

    def __init__(self, store: Store, prepare: Prepare, log: logging.Logger) -> None:
        self._store = store
        self._prepare = prepare
        self._log = log
        self._known: dict[str, Notebook] = {}
        """By session, the one used last is last."""
        self._reading: dict[str, asyncio.Task[None]] = {}
        self._is_closed = False

    def learn(self, owner: str, session_id: str, context: Context) -> None:
        """This is the notebook's state now; nothing is read yet."""
        self._known.pop(session_id, None)
        self._known[session_id] = Notebook(owner=owner, context=context)
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

    def known(self, owner: str) -> int:
        """How many of the owner's sessions have a notebook with something in it."""
        known = self._known.values()
        return sum(each.owner == owner and bool(each.context) for each in known)

    def is_reading(self, owner: str) -> bool:
        """Something is being read for one of the owner's sessions."""
        known = (self._known.get(session_id) for session_id in self._reading)
        return any(each is not None and each.owner == owner for each in known)

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
        try:
            await self._prepare(await self._question(owner, session_id))
        except LLMChatError as error:
            # Whoever asks is told; until then it is nobody's concern.
            self._log.debug("session %s was not read ahead: %s", session_id, error)
        except Exception:  # noqa: BLE001 nothing waits for it
            self._log.error("session %s was not read ahead", session_id, exc_info=True)

    async def _question(self, owner: str, session_id: str) -> Question:
        """One without text, in that session as it is now."""
        from jupyter_llmchat.pipeline import Question

        known = self._known.get(session_id)
        question = Question(
            turn_id="",
            text="",
            arrived=0.0,
            history=(),
            context=known.context if known is not None else (),
        )
        if session_id == unbegun(owner):
            return question
        session = await self._store.session(owner, session_id)
        messages = await self._store.messages(owner, session_id)
        return replace(
            question,
            history=exchanges(messages),
            system_prompt=check_session_config(session.config).system_prompt or "",
        )
