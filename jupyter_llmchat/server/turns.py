"""Turns as clients see them: ask, listen again, cancel. Knows no HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
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
from jupyter_llmchat.protocol.ids import new_id
from jupyter_llmchat.protocol.requests import (
    AskBody,
    AskOptions,
    Context,
    RegenerateBody,
)
from jupyter_llmchat.protocol.resources import MessageList, Session

from .ahead import ReadAhead, unbegun
from .asking import Asking
from .beginning import Beginning
from .hiding import without_secrets
from .hub import Subscription, TurnLog
from .options import in_session, set_options
from .running import STORE_S, Answer, RunningTurn, Surroundings
from .stored import replayed

if TYPE_CHECKING:
    from jupyter_llmchat.store.records import NewTurn

CLOSING_S = 10.0
"""Running turns get this long to store what was said when the server stops."""
REPLAYS_S = 1.0
"""Answers given again are over at once and often come in a row, when a notebook is run
anew; only what follows the last of them is read ahead."""


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
        self._removing: set[str] = set()
        """Sessions that are being deleted: nothing begins in them."""
        self._replayed: dict[str, asyncio.TimerHandle] = {}
        """By owner, what is to be read ahead."""

    @property
    def active(self) -> int:
        """Turns running or waiting."""
        return len(self._active())

    @property
    def waiting(self) -> int:
        """Turns that have no place yet."""
        return self._around.line.waiting

    def listeners(self, owner: str, turn_id: str) -> int:
        """How many follow a turn at the moment."""
        log = self._around.hub.find(owner, turn_id)
        return log.listeners if log is not None else 0

    @property
    def ahead(self) -> ReadAhead:
        """What is known of notebooks before anyone asks."""
        return self._around.ahead

    def _active(self) -> set[_Key]:
        running = {key for key, log in self._keys.items() if not log.ended}
        return running | (self._beginning.keys() - self._keys.keys())

    def _active_of(self, owner: str) -> int:
        return sum(key.owner == owner for key in self._active())

    async def ask(self, owner: str, session_id: str, ask: AskBody) -> Subscription:
        """Stores a question, has it answered, and subscribes to the answer.

        A repeated `client_message_id` joins the turn that it began. What the question
        replaces is kept, as far as it has been answered. Raises
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

    async def regenerate(
        self, owner: str, turn_id: str, asked: RegenerateBody
    ) -> Subscription:
        """Asks a turn's question again, of the model and in its place; as `ask`."""
        question, _ = await self._around.store.branches.exchange(owner, turn_id)
        again = AskBody(
            question=question.text,
            client_message_id=asked.client_message_id,
            options=msgspec.structs.replace(asked.options, fresh=True),
            context=asked.context,
            replaces=turn_id,
        )
        return await self.ask(owner, question.session_id, again)

    async def select(self, owner: str, turn_id: str) -> MessageList:
        """Goes on with the conversation through a turn, which is shown from now on.

        Raises NotFound.
        """
        shown = await self._around.store.branches.select(owner, turn_id)
        self._around.ahead.read(owner, shown.messages[0].session_id)
        return shown

    @property
    def answer(self) -> Answer:
        """What writes answers, for one that belongs to no session."""
        return self._around.answer

    async def prepare(
        self, owner: str, session_id: str | None, context: Context
    ) -> None:
        """Has the model read what a question may soon be asked about, in idle time.

        None stands for a session that is yet to begin. Returns at once; a newer call
        for the session replaces it. Raises NotFound.
        """
        if session_id is not None:
            await self._around.store.session(owner, session_id)
        context = await without_secrets(context)
        key = unbegun(owner) if session_id is None else session_id
        self._around.ahead.learn(owner, key, context)
        self._around.ahead.read(owner, key)

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

    async def remove_session(self, owner: str, session_id: str) -> None:
        """Deletes a session; answers that are being written in it are stopped first.

        Raises NotFound, Busy when one of them does not end.
        """
        await self._around.store.session(owner, session_id)
        self._removing.add(session_id)
        try:
            await self._stop_in(session_id)
            await self._around.store.remove_session(owner, session_id)
            self._around.hub.forget(lambda start: start.session_id == session_id)
        finally:
            self._removing.discard(session_id)

    async def remove(self, owner: str, turn_id: str) -> None:
        """Deletes a turn, which is stopped first: a question and its answer.

        What follows them follows what was said before. Raises NotFound, Busy when the
        answer does not end.
        """
        question, _ = await self._around.store.branches.exchange(owner, turn_id)
        await self._stop(lambda start: start.turn_id == turn_id)
        await self._around.store.branches.remove(owner, turn_id)
        self._around.hub.forget(lambda start: start.turn_id == turn_id)
        self._around.ahead.read(owner, question.session_id)

    async def close(self) -> None:
        """Interrupts what runs and waits, within bounds, until it is stored."""
        for each in self._replayed.values():
            each.cancel()
        await self._around.ahead.close()
        if self._beginning:
            await asyncio.wait(self._beginning.values(), timeout=CLOSING_S)
        for turn in self._running.values():
            turn.interrupt()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=CLOSING_S)
            for task in late:
                task.cancel()
        await self._around.unsaved.close()

    async def _stop_in(self, session_id: str) -> None:
        """No turn of the session is under way on return; raises Busy if one stays."""
        beginning = [
            task
            for key, task in self._beginning.items()
            if key.session_id == session_id
        ]
        if beginning:
            await asyncio.wait(beginning, timeout=STORE_S)
        await self._stop(lambda start: start.session_id == session_id)

    async def _stop(self, meant: Callable[[Start], bool]) -> None:
        """The running turns that are meant have ended on return; raises Busy."""
        writing = {
            task: turn
            for task, turn in self._running.items()
            if meant(turn.events.start)
        }
        for turn in writing.values():
            turn.cancel()
        if writing:
            _, late = await asyncio.wait(writing, timeout=CLOSING_S)
            if late:
                raise Busy("An answer that is being deleted goes on.", "Try again.")

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

    def _check_room(self, owner: str) -> None:
        of_owner = self._active_of(owner)
        if of_owner >= self._limits.turns_per_user:
            raise Busy(
                f"Questions of yours that are being answered or waiting: {of_owner}; "
                "a user may have no more.",
                "Ask again when one of them has its answer.",
            )
        if self.active >= self._limits.turns_waiting:
            raise Busy(
                f"Questions that are being answered or waiting: {self.active}; "
                "the server takes no more.",
                "Ask again in a moment, when one of them has its answer.",
            )

    async def _begun(self, key: _Key, ask: AskBody) -> TurnLog:
        if key.session_id in self._removing:
            raise NotFound("This session is being deleted.", "Begin another session.")
        task = self._beginning.get(key)
        if task is None:
            self._check_room(key.owner)
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
        arrived = time.monotonic()
        try:
            async with asyncio.timeout(STORE_S):
                return await self._begin_stored(key, ask, arrived)
        except TimeoutError as error:
            raise StoreUnavailable(
                f"The database did not answer within {STORE_S:.0f} s.",
                "Ask again; look at the disk if this goes on.",
            ) from error

    async def _begin_stored(self, key: _Key, ask: AskBody, arrived: float) -> TurnLog:
        context = await without_secrets(ask.context)
        beginning = Beginning(
            Asking(
                owner=key.owner,
                session_id=key.session_id,
                turn_id=new_id(),
                client_message_id=key.client_message_id,
                text=ask.question,
                context=context,
                options=ask.options,
                replaces=ask.replaces,
                arrived=arrived,
            ),
            await self._around.replays.origin(),
            settled=self._settled,
            new_turn=self._new_turn,
        )
        store = self._around.store
        begun = await store.take_turn(key.owner, key.session_id, beginning)
        if not begun.is_new:
            earlier = self._around.hub.find(key.owner, begun.turn_id)
            return earlier or await replayed(
                store, key.owner, begun.turn_id, key.client_message_id
            )
        self._around.ahead.learn(key.owner, key.session_id, context)
        for other in self._running.values():
            if other.events.turn_id == ask.replaces:
                other.cancel()  # nobody waits for its answer any more
        if beginning.is_replay:
            self._has_replayed(key, beginning.log)
        else:
            turn = RunningTurn(self._around, beginning.log, beginning.asking)
            self._run(key, turn)
        return beginning.log

    def _settled(self, asking: Asking, session: Session) -> Asking:
        """With what the session sets, within what is allowed."""
        options = in_session(asking.options, session)
        limit = self._around.pipeline.max_deadline_s
        deadline_s = min(options.deadline_s or limit, limit)
        return replace(asking, options=options, deadline_s=deadline_s)

    def _new_turn(self, asking: Asking, model: str | None) -> NewTurn:
        """By the model that is in use unless another one is named."""
        from jupyter_llmchat.store.records import NewTurn

        return NewTurn(
            session_id=asking.session_id,
            turn_id=asking.turn_id,
            message_id=new_id(),
            answer_id=new_id(),
            client_message_id=asking.client_message_id,
            question=asking.text,
            model=model or self._around.model.name,
            parameters=self._parameters(asking.options, asking.deadline_s),
            prompt_template=self._prompt_template,
        )

    def _has_replayed(self, key: _Key, log: TurnLog) -> None:
        around = self._around
        around.beat()
        around.hub.open(log)
        around.hub.ended(log)
        around.log.info("turn %s repeats an earlier answer", log.turn_id)
        if (earlier := self._replayed.pop(key.owner, None)) is not None:
            earlier.cancel()
        self._replayed[key.owner] = asyncio.get_running_loop().call_later(
            REPLAYS_S, around.ahead.read, key.owner, key.session_id
        )

    def _parameters(self, options: AskOptions, deadline_s: float) -> dict[str, Any]:
        """What the answer is made with, whether asked for or not."""
        pipeline = self._around.pipeline
        usual = {
            "temperature": pipeline.temperature,
            "max_tokens": pipeline.stage_tokens,
        }
        return {**usual, **set_options(options), "deadline_s": deadline_s}

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
        # The next question is likely to follow this answer.
        self._around.ahead.read(key.owner, key.session_id)
