"""Turns as clients see them: ask, listen again, cancel. Knows no HTTP."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from jupyter_llmchat.config import LimitsConfig
from jupyter_llmchat.errors import (
    BadRequest,
    Busy,
    Conflict,
    NotFound,
    StoreUnavailable,
    TooLarge,
)
from jupyter_llmchat.protocol.events import Start
from jupyter_llmchat.protocol.ids import PROTOCOL_VERSION, new_id
from jupyter_llmchat.protocol.requests import AskBody, AskOptions
from jupyter_llmchat.protocol.resources import Session

from .hub import Subscription, TurnLog
from .running import STORE_S, RunningTurn, Surroundings
from .stored import replayed

if TYPE_CHECKING:
    from jupyter_llmchat.store import NewTurn

CLOSING_S = 10.0
"""Running turns get this long to store what was said when the server stops."""


class _Key(NamedTuple):
    """What makes two requests one question."""

    owner: str
    session_id: str
    client_message_id: str


class Turns:
    """Starts turns, finds them again and ends them; closed once."""

    def __init__(
        self, around: Surroundings, limits: LimitsConfig, prompt_template: str
    ) -> None:
        self._around = around
        self._limits = limits
        self._prompt_template = prompt_template
        self._beginning: dict[_Key, asyncio.Task[TurnLog]] = {}
        self._running: dict[asyncio.Task[None], RunningTurn] = {}
        self._keys: dict[_Key, TurnLog] = {}
        """Of running turns."""

    @property
    def active(self) -> int:
        """Turns running or waiting."""
        beginning = self._beginning.keys() - self._keys.keys()
        return len(beginning) + sum(not log.ended for log in self._keys.values())

    async def ask(self, owner: str, session_id: str, ask: AskBody) -> Subscription:
        """Stores a question, has it answered, and subscribes to the answer.

        A repeated `client_message_id` joins the turn that it began. Raises
        BadRequest, TooLarge, NotFound, Conflict, Busy or StoreUnavailable.
        """
        self._check(ask)
        key = _Key(owner, session_id, ask.client_message_id)
        log = self._keys.get(key) or await self._begun(key, ask)
        if log.start.question != ask.question:
            raise Conflict(
                "This client_message_id stands for another question.",
                "Send a new question with a new id.",
            )
        return log.subscribe()

    async def listen(self, owner: str, turn_id: str, from_seq: int) -> Subscription:
        """The turn's events from `from_seq` on; raises NotFound or BadRequest."""
        log = self._around.hub.find(owner, turn_id)
        if log is not None:
            return log.subscribe(from_seq)
        log = await replayed(self._around.store, owner, turn_id)
        if from_seq:
            raise NotFound(
                f"The events of this turn from {from_seq} on are no longer kept.",
                "Ask for them from the start, or read the session's messages.",
            )
        return log.subscribe()

    async def cancel(self, owner: str, turn_id: str) -> bool:
        """Whether the turn was still running; raises NotFound."""
        for turn in self._running.values():
            if turn.events.turn_id == turn_id and turn.events.owner == owner:
                return turn.cancel()
        await self._around.store.turn(owner, turn_id)
        return False

    async def close(self) -> None:
        """Interrupts what runs and waits, within bounds, until it is stored."""
        if self._beginning:
            await asyncio.wait(self._beginning.values(), timeout=CLOSING_S)
        for turn in self._running.values():
            turn.interrupt()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=CLOSING_S)
            for task in late:
                task.cancel()

    def _check(self, ask: AskBody) -> None:
        if not ask.question.strip():
            raise BadRequest("The question is empty.", "Write a question.")
        limit = self._limits.question_chars
        if len(ask.question) > limit:
            raise TooLarge(
                f"The question has {len(ask.question)} characters; "
                f"at most {limit} are allowed.",
                "Shorten it, or put the long part into a file.",
            )

    async def _begun(self, key: _Key, ask: AskBody) -> TurnLog:
        task = self._beginning.get(key)
        if task is None:
            if self.active >= self._limits.turns_waiting:
                raise Busy(
                    f"{self.active} questions are being answered or waiting.",
                    "Ask again when one of them has its answer.",
                )
            task = asyncio.create_task(self._begin(key, ask))
            self._beginning[key] = task
            task.add_done_callback(lambda done: self._has_begun(key, done))
        # Shielded: a client that leaves now must not undo what others joined.
        return await asyncio.shield(task)

    def _has_begun(self, key: _Key, task: asyncio.Task[TurnLog]) -> None:
        del self._beginning[key]
        if not task.cancelled():
            task.exception()

    async def _begin(self, key: _Key, ask: AskBody) -> TurnLog:
        try:
            async with asyncio.timeout(STORE_S):
                return await self._begin_stored(key, ask)
        except TimeoutError as error:
            raise StoreUnavailable(
                f"The database did not answer within {STORE_S:.0f} s.",
                "Ask again; look at the disk if this goes on.",
            ) from error

    async def _begin_stored(self, key: _Key, ask: AskBody) -> TurnLog:
        store = self._around.store
        session = await store.session(key.owner, key.session_id)
        options = _options(ask.options, session)
        limit = self._around.pipeline.max_deadline_s
        deadline_s = min(options.deadline_s or limit, limit)
        new = self._new_turn(key, ask, self._parameters(options, deadline_s))
        begun = await store.begin_turn(key.owner, new)
        if not begun.is_new:
            known = self._around.hub.find(key.owner, begun.turn_id)
            return known or await replayed(store, key.owner, begun.turn_id)
        log = TurnLog(key.owner, begun.turn_id)
        log.publish(_start(new, deadline_s))
        self._run(key, RunningTurn(self._around, log, options, deadline_s))
        return log

    def _new_turn(self, key: _Key, ask: AskBody, parameters: dict[str, Any]) -> NewTurn:
        from jupyter_llmchat.store.records import NewTurn

        return NewTurn(
            session_id=key.session_id,
            turn_id=new_id(),
            message_id=new_id(),
            answer_id=new_id(),
            client_message_id=key.client_message_id,
            question=ask.question,
            model=self._around.model.name,
            parameters=parameters,
            prompt_template=self._prompt_template,
        )

    def _parameters(self, options: AskOptions, deadline_s: float) -> dict[str, Any]:
        """What the answer is made with, whether asked for or not."""
        pipeline = self._around.pipeline
        usual = {
            "temperature": pipeline.temperature,
            "max_tokens": pipeline.stage_tokens,
        }
        return {**usual, **_set(options), "deadline_s": deadline_s}

    def _run(self, key: _Key, turn: RunningTurn) -> None:
        self._around.hub.open(turn.events)
        self._keys[key] = turn.events
        task = asyncio.create_task(turn.run())
        self._running[task] = turn
        task.add_done_callback(lambda done: self._has_ended(key, done))

    def _has_ended(self, key: _Key, task: asyncio.Task[None]) -> None:
        del self._running[task], self._keys[key]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._around.log.error("a turn broke off", exc_info=error)


def _start(turn: NewTurn, deadline_s: float) -> Start:
    return Start(
        turn_id=turn.turn_id,
        protocol=PROTOCOL_VERSION,
        session_id=turn.session_id,
        message_id=turn.message_id,
        answer_id=turn.answer_id,
        question=turn.question,
        model=turn.model,
        deadline_s=deadline_s,
        timestamp=time.time(),
    )


def check_session_config(config: dict[str, Any]) -> AskOptions:
    """The options that a session sets for its questions; raises BadRequest.

    Other keys are the client's own and are kept as they are.
    """
    known = {
        key: value
        for key, value in config.items()
        if key in AskOptions.__struct_fields__
    }
    try:
        return msgspec.convert(known, AskOptions)
    except msgspec.ValidationError as error:
        raise BadRequest(
            f"The session's settings do not fit: {error}.", "Correct the named field."
        ) from error


def _options(asked: AskOptions, session: Session) -> AskOptions:
    return msgspec.structs.replace(check_session_config(session.config), **_set(asked))


def _set(options: AskOptions) -> dict[str, Any]:
    return {
        name: value
        for name, value in msgspec.structs.asdict(options).items()
        if value is not None
    }
