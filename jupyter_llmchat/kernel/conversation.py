"""Questions asked one after the other, each followed until its answer has ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from jupyter_llmchat.errors import (
    BadRequest,
    Forbidden,
    LLMChatError,
    NotFound,
    ServerUnreachable,
)
from jupyter_llmchat.protocol import resources
from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.protocol.fold import TurnState
from jupyter_llmchat.protocol.ids import new_id
from jupyter_llmchat.protocol.requests import AskOptions

from .feed import Feed
from .progress import Clock
from .turn import Turn
from .view import View


class Client(Protocol):
    """What a conversation needs of `ChatClient`."""

    def create_session(self, title: str = "") -> resources.Session: ...
    def sessions(self) -> tuple[resources.Session, ...]: ...
    def cancel(self, turn_id: str) -> bool: ...
    def close(self) -> None: ...
    def ask(
        self,
        session_id: str,
        question: str,
        options: AskOptions | None = None,
        *,
        client_message_id: str | None = None,
    ) -> Iterator[TurnEvent]: ...


Connect = Callable[[Callable[[str], object]], Client]
"""Gives a client of a server that answers; its argument tells the user of waiting."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked, and in which session; an empty name is this kernel's own."""

    text: str
    options: AskOptions = field(default_factory=AskOptions)
    session: str = ""
    message_id: str = field(default_factory=new_id)


class Conversation:
    """Keeps the connection and the sessions between questions."""

    def __init__(self, connect: Connect, clock: Clock = time.monotonic) -> None:
        self._connect = connect
        self._clock = clock
        self._client: Client | None = None
        self._session_ids: dict[str, str] = {}

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
            turn.fail(error)
        except KeyboardInterrupt:
            turn.stopped()
        turn.end()
        return turn.state

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
        if self._client is None:
            self._client = self._connect(turn.view.say)
        client = self._client
        session_id = self._session_id(client, question.session)
        events = client.ask(
            session_id,
            question.text,
            question.options,
            client_message_id=question.message_id,
        )
        turn.follow(Feed(events, client.cancel), client.cancel)

    def _session_id(self, client: Client, name: str) -> str:
        """The session of that name: one known here, else on the server, else new."""
        if name not in self._session_ids:
            stored = client.sessions() if name else ()
            found = [each.id for each in stored if each.title == name]
            self._session_ids[name] = (
                found[0] if found else client.create_session(name).id
            )
        return self._session_ids[name]

    def _disconnect(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
