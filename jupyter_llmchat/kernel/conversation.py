"""Questions asked one after the other, each followed until its answer has ended."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from jupyter_llmchat.errors import (
    BadRequest,
    Forbidden,
    LLMChatError,
    NotFound,
    ServerUnreachable,
)
from jupyter_llmchat.protocol import resources
from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.protocol.figures import AnswersQuery, MetricsSummary, Usage
from jupyter_llmchat.protocol.fold import TurnState
from jupyter_llmchat.protocol.ids import ExportFormat, new_id
from jupyter_llmchat.protocol.requests import AskOptions, Context, ContextPart
from jupyter_llmchat.protocol.setup import ModelList

from .feed import Feed
from .progress import Clock
from .session_choice import chosen
from .turn import Turn
from .view import View

T = TypeVar("T")


class Client(Protocol):
    """What a conversation needs of `ChatClient`."""

    def create_session(self, title: str = "") -> resources.Session: ...
    def sessions(self) -> tuple[resources.Session, ...]: ...
    def cancel(self, turn_id: str) -> bool: ...
    def prepare(self, session_id: str, context: Sequence[ContextPart]) -> None: ...
    def messages(self, session_id: str) -> tuple[resources.Message, ...]: ...
    def decisions(self, turn_id: str) -> tuple[resources.StoredDecision, ...]: ...
    def export_session(self, session_id: str, form: ExportFormat = "json") -> bytes: ...
    def models(self) -> ModelList: ...
    def metrics_summary(self, asked: AnswersQuery | None = None) -> MetricsSummary: ...
    def usage(self, utc_offset_s: int = 0) -> Usage: ...
    def close(self) -> None: ...
    def ask(
        self,
        session_id: str,
        question: str,
        options: AskOptions | None = None,
        *,
        client_message_id: str | None = None,
        context: Sequence[ContextPart] = (),
    ) -> Iterator[TurnEvent]: ...


Connect = Callable[[Callable[[str], object]], Client]
"""Gives a client of a server that answers; its argument tells the user of waiting."""
Find = Callable[[], Client | None]
"""The same where a server runs already; starts none and says nothing."""

FIND_AGAIN_S = 30.0
"""So long no server is looked for where there was none, unless a question is asked."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked, and in which session; an empty name is this kernel's own."""

    text: str
    options: AskOptions = field(default_factory=AskOptions)
    session: str = ""
    must_exist: bool = False
    """Refused if there is no session of that name or id; else it is made."""
    context: Context = ()
    message_id: str = field(default_factory=new_id)


class Conversation:
    """Keeps the connection and the sessions between questions."""

    def __init__(
        self,
        connect: Connect,
        clock: Clock = time.monotonic,
        find: Find = lambda: None,
    ) -> None:
        self._connect = connect
        self._clock = clock
        self._find = find
        self._find_again = -math.inf
        """When a server may be looked for."""
        # Of the connection and its sessions; never held while a server is waited for.
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._session_ids: dict[str, str] = {}
        self._session = ""
        """Name of the one that was asked last."""
        self._told: tuple[str, Context] | None = None
        """Session and context that the server knows."""

    def ask(self, question: Question, view: View) -> TurnState:
        """Shows the answer as it comes and returns its last state; never raises ours.

        A KeyboardInterrupt stops the answer on the server; what was said is kept.
        """
        turn = Turn(view, self._clock)
        try:
            if not question.text.strip():
                raise BadRequest("The question is empty.", "Write it below %%chat.")
            self._ask(question, turn)
        except LLMChatError as error:
            self._told = None
            turn.fail(error)
        except KeyboardInterrupt:
            turn.stopped()
        turn.end()
        return turn.state

    @property
    def session_id(self) -> str:
        """This kernel's own session; empty until it has one."""
        return self._session_ids.get("", "")

    def use(self, session_id: str) -> None:
        """Questions without a session's name go there from now on."""
        with self._lock:
            self._session_ids[""] = session_id
            self._session = ""
            self._told = None

    def call(self, use: Callable[[Client], T], say: Callable[[str], object]) -> T:
        """What `use` returns, with a server that is found or started, and another one
        if it has ended in the meantime; raises LLMChatError."""
        while True:
            was_connected = self._client is not None
            try:
                return use(self._client or self._connected(say))
            except (ServerUnreachable, Forbidden):
                self._disconnect()
                if not was_connected:
                    raise

    def running(self) -> Client | None:
        """The client of a server that runs already, for work that nobody waits for;
        for any thread, raises LLMChatError."""
        return self._client or self._found()

    def prepare(self, context: Context) -> None:
        """Has the server read what the next question is likely to be asked about.

        Where nothing has been asked yet, only if a server runs already. For any
        thread, one at a time; raises LLMChatError.
        """
        client = self._client or (self._found() if context else None)
        session_id = self._session_ids.get(self._session)
        if client is None or session_id is None or self._told == (session_id, context):
            return
        client.prepare(session_id, context)
        self._told = (session_id, context)

    def _found(self) -> Client | None:
        """The client of a server that runs, now this conversation's; None without."""
        if self._clock() < self._find_again:
            return None
        self._find_again = self._clock() + FIND_AGAIN_S
        client = self._find()
        if client is None:
            return None
        session_id = self._session_ids.get("") or client.create_session("").id
        with self._lock:
            if self._client is None:
                self._client = client
                self._session_ids.setdefault("", session_id)
                return client
        # A question was asked in the meantime and has connected by itself.
        client.close()
        return self._client

    def _ask(self, question: Question, turn: Turn) -> None:
        """Asks again where the server or session of an earlier question is gone."""
        while True:
            was_connected = self._client is not None
            had_session = question.session in self._session_ids
            try:
                return self._ask_once(question, turn)
            except (ServerUnreachable, Forbidden):
                # Forbidden: a server that was restarted has another token.
                self._disconnect()
                if turn.has_begun or not was_connected:
                    raise
            except NotFound:
                if turn.has_begun or not had_session:
                    raise
                self._session_ids.pop(question.session)

    def _ask_once(self, question: Question, turn: Turn) -> None:
        client = self._client or self._connected(turn.view.say)
        session_id = self._session_id(client, question)
        self._session = question.session
        self._told = (session_id, question.context)
        events = client.ask(
            session_id,
            question.text,
            question.options,
            client_message_id=question.message_id,
            context=question.context,
        )
        turn.follow(Feed(events, client.cancel), client.cancel)

    def _connected(self, say: Callable[[str], object]) -> Client:
        client = self._connect(say)
        with self._lock:
            if self._client is None:
                self._client = client
                return client
            found = self._client
        client.close()
        return found

    def _session_id(self, client: Client, question: Question) -> str:
        """The session of that name: one known here, else on the server, else new."""
        name = question.session
        if name not in self._session_ids:
            stored = client.sessions() if name else ()
            if question.must_exist and name:
                found = [chosen(stored, name).id]
            else:
                found = [each.id for each in stored if each.title == name]
            self._session_ids[name] = (
                found[0] if found else client.create_session(name).id
            )
        return self._session_ids[name]

    def _disconnect(self) -> None:
        with self._lock:
            client, self._client = self._client, None
        self._told = None
        if client is not None:
            client.close()
