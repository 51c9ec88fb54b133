"""The way to a server: made when it is first needed, and anew when it is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from jupyter_llmchat.errors import Forbidden, LLMChatError, ServerUnreachable
from jupyter_llmchat.protocol import resources
from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.protocol.requests import AskOptions, ContextPart
from jupyter_llmchat.protocol.search import SearchPage
from jupyter_llmchat.protocol.setup import ModelList

T = TypeVar("T")

POLL_S = 0.1
"""How soon it is noticed that nobody waits for a connection any more."""

LOST = (ServerUnreachable, Forbidden)
"""Forbidden: a server that was restarted has another token."""


class Client(Protocol):
    """What a panel needs of `ChatClient`."""

    def session_page(
        self, limit: int | None = None, before: int | None = None
    ) -> resources.SessionList: ...
    def create_session(self, title: str = "") -> resources.Session: ...
    def rename_session(self, session_id: str, title: str) -> resources.Session: ...
    def delete_session(self, session_id: str) -> None: ...
    def message_page(
        self, session_id: str, limit: int | None = None, before: int | None = None
    ) -> resources.MessageList: ...
    def select_turn(self, turn_id: str) -> resources.MessageList: ...
    def turn(self, turn_id: str) -> resources.Turn: ...
    def search(self, query: str, limit: int = 20, start: int = 0) -> SearchPage: ...
    def prepare(self, session_id: str, context: Sequence[ContextPart]) -> None: ...
    def models(self) -> ModelList: ...
    def cancel(self, turn_id: str) -> bool: ...
    def close(self) -> None: ...
    def ask(
        self,
        session_id: str,
        question: str,
        options: AskOptions | None = None,
        *,
        client_message_id: str | None = None,
        context: Sequence[ContextPart] = (),
        replaces: str | None = None,
    ) -> Iterator[TurnEvent]: ...
    def regenerate(
        self,
        turn_id: str,
        options: AskOptions | None = None,
        *,
        client_message_id: str | None = None,
        context: Sequence[ContextPart] = (),
    ) -> Iterator[TurnEvent]: ...


Say = Callable[[str], object]
Connect = Callable[[Say], Client]
"""Gives a client of a server that answers; its argument tells the user of waiting."""


class Stopped(Exception):
    """Nobody waits for it any more."""


class Connection:
    """One client for all threads of a panel."""

    def __init__(self, connect: Connect, say: Say) -> None:
        self._connect = connect
        self._say = say
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._is_closed = False

    def call(self, action: Callable[[Client], T], stop: threading.Event) -> T:
        """What the server answers, a new one where the old one is gone.

        Raises LLMChatError, or Stopped once `stop` is set before there is a server.
        """
        while True:
            client, is_new = self.client(stop)
            try:
                return action(client)
            except LOST:
                self.lose(client)
                if is_new:
                    raise

    def client(self, stop: threading.Event) -> tuple[Client, bool]:
        """A client, and whether it was made just now; raises as `call`."""
        if stop.is_set() or self._is_closed:
            raise Stopped
        client = self._client
        return (client, False) if client is not None else (self._made(stop), True)

    @property
    def known(self) -> Client | None:
        """The client of the calls before; None without any."""
        return self._client

    def lose(self, client: Client) -> None:
        """The next call makes a new one, unless another thread has done so."""
        with self._lock:
            if self._client is not client:
                return
            self._client = None
        client.close()

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _made(self, stop: threading.Event) -> Client:
        """Made in a thread of its own: a start takes long, a Stop must not."""
        ready = threading.Event()
        made: list[Client | BaseException] = []

        def make() -> None:
            try:
                made.append(self._kept(self._connect(self._say)))
            except BaseException as error:  # noqa: BLE001 - raised again below
                made.append(error)
            ready.set()

        threading.Thread(target=make, name="llmchat-connect", daemon=True).start()
        while not ready.wait(POLL_S):
            if stop.is_set() or self._is_closed:
                raise Stopped
        (result,) = made
        if isinstance(result, LLMChatError | Stopped):
            raise result
        if isinstance(result, BaseException):
            raise LLMChatError(f"No server could be reached: {result}") from result
        return result

    def _kept(self, client: Client) -> Client:
        """This one, or the one that another thread has made in the meantime."""
        with self._lock:
            if self._client is None and not self._is_closed:
                self._client = client
                return client
            found = self._client
        client.close()
        if found is None:
            raise Stopped
        return found
