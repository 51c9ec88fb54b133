"""Writes down an answer while it is being given, off the answer's own path."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from jupyter_llmchat.errors import LLMChatError
from jupyter_llmchat.protocol.events import Chunk, Decision, TurnEvent
from jupyter_llmchat.protocol.ids import Stage

if TYPE_CHECKING:
    from jupyter_llmchat.store import Store

FLUSH_S = 0.5
"""Text waits this long to be stored; with the write itself less than a second."""


class Recorder:
    """One turn's text and decisions on their way to the store.

    What cannot be written is kept and tried again; `failing` is told of each error,
    `beat` is called every half second for as long as the turn lives.
    """

    def __init__(
        self,
        store: Store,
        turn_id: str,
        *,
        failing: Callable[[LLMChatError], None],
        beat: Callable[[], None],
    ) -> None:
        self._store = store
        self._turn_id = turn_id
        self._failing = failing
        self._beat = beat
        self._texts: dict[Stage, str] = {}
        self._decisions: deque[Decision] = deque()
        self._due = asyncio.Event()
        self._closing = False
        self._task = asyncio.create_task(self._run())

    def note(self, event: TurnEvent) -> None:
        """Text is stored with the next beat, a decision at once."""
        if isinstance(event, Chunk):
            self._texts[event.stage] = self._texts.get(event.stage, "") + event.text
        elif isinstance(event, Decision):
            self._decisions.append(event)
            self._due.set()

    async def close(self) -> None:
        """Everything noted is stored on return; raises what the store raised last."""
        # Not cancelled: a write under way may have reached the disk already.
        self._closing = True
        self._due.set()
        await self._task
        await self._write()

    async def _run(self) -> None:
        while not self._closing:
            try:
                async with asyncio.timeout(FLUSH_S):
                    await self._due.wait()
            except TimeoutError:
                pass
            self._due.clear()
            self._beat()
            try:
                await self._write()
            except LLMChatError as error:
                self._failing(error)

    async def _write(self) -> None:
        while self._decisions:
            await self._store.add_decision(self._turn_id, self._decisions[0])
            self._decisions.popleft()
        for stage in tuple(self._texts):
            text = self._texts[stage]
            await self._store.append_text(self._turn_id, stage, text)
            # What came during the write stays for the next one.
            self._texts[stage] = self._texts[stage].removeprefix(text)
            if not self._texts[stage]:
                del self._texts[stage]
