"""A conversation for scripts; the functions that need no more than one question."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Self, Unpack

from jupyter_llmchat.errors import (
    BadRequest,
    Forbidden,
    LLMChatError,
    NotFound,
    ServerUnreachable,
    error_types,
)
from jupyter_llmchat.kernel.answer import Answer
from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.kernel.discover import explicit_address, probe
from jupyter_llmchat.kernel.headless import find_or_start
from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.protocol.fold import TurnState, apply
from jupyter_llmchat.protocol.ids import new_id
from jupyter_llmchat.protocol.requests import AskBody, ContextPart

from .following import Following
from .options import Options, ask_options, context_parts

_ID_CHARACTERS = 32
_LOG = logging.getLogger(__name__)


class Chat:
    """Questions in one session, so that each knows what was said before.

    For any number of threads. Methods raise LLMChatError. A server that has ended
    since the last question is replaced by the next one.
    """

    def __init__(
        self, connect: Callable[[], ChatClient], session: str | None = None
    ) -> None:
        self._connect = connect
        self._wanted = session
        self._session_id = ""
        self._opening = threading.Lock()
        # Never held while a server is waited for.
        self._lock = threading.Lock()
        self._client: ChatClient | None = None
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Questions stay as they are stored; safe to call twice."""
        with self._lock:
            self._is_closed = True
        self._drop()

    @property
    def client(self) -> ChatClient:
        """Everything else that the server offers: sessions, figures, models."""
        with self._opening:
            return self._client or self._connected()

    @property
    def session_id(self) -> str:
        """Of the session that is asked in, which is made if it is new."""
        return self._opened()[1]

    def ask(
        self,
        question: str,
        *,
        context: Sequence[str | ContextPart] = (),
        timeout: float | None = None,
        **options: Unpack[Options],
    ) -> Answer:
        """The whole answer; raises what went wrong with it.

        In `context` is what the question is about; the server fits it to the model.
        After `timeout` seconds the answer is stopped and TimedOut raised.
        """
        state = TurnState()
        for event in self.ask_events(
            question, context=context, timeout=timeout, **options
        ):
            state = apply(state, event)
        return answer_of(state)

    def ask_events(
        self,
        question: str,
        *,
        context: Sequence[str | ContextPart] = (),
        timeout: float | None = None,
        **options: Unpack[Options],
    ) -> Iterator[TurnEvent]:
        """What the server says about the answer, while it is written.

        The last event is a Complete or an Error. Closing the iterator before stops
        the answer.
        """
        return self._answer(ask_body(question, context, options), timeout)

    def following(
        self,
        body: AskBody,
        timeout: float | None,
        arrived: Callable[[], object] = lambda: None,
    ) -> Following:
        """The question is asked from now on, in another thread."""
        return Following(
            self._events(body), self._cancel, timeout_s=timeout, arrived=arrived
        )

    def _answer(self, body: AskBody, timeout: float | None) -> Iterator[TurnEvent]:
        yield from self.following(body, timeout)

    def _events(self, body: AskBody) -> Iterator[TurnEvent]:
        while True:
            was_connected = self._client is not None
            has_begun = False
            try:
                client, session_id = self._opened()
                for event in client.ask(
                    session_id,
                    body.question,
                    body.options,
                    client_message_id=body.client_message_id,
                    context=body.context,
                ):
                    has_begun = True
                    yield event
                return
            except (ServerUnreachable, Forbidden):
                # Forbidden: a server that was restarted has another token.
                self._drop()
                if has_begun or not was_connected:
                    raise

    def _opened(self) -> tuple[ChatClient, str]:
        with self._opening:
            client = self._client or self._connected()
            if not self._session_id:
                self._session_id = _session_id(client, self._wanted)
            return client, self._session_id

    def _connected(self) -> ChatClient:
        client = self._connect()
        with self._lock:
            if not self._is_closed:
                self._client = client
                return client
        client.close()
        raise BadRequest("This chat is closed.", "Open another one with connect().")

    def _drop(self) -> None:
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _cancel(self, turn_id: str) -> None:
        client = self._client
        if client is not None:
            client.cancel(turn_id)


def connect(
    *, session: str | None = None, url: str | None = None, token: str | None = None
) -> Chat:
    """A conversation with a server, found, or started where none runs.

    `session` is the id or the title of one; without it, or if there is none with
    that title, it is new. `url` and `token` name a Jupyter server; else LLMCHAT_URL
    and LLMCHAT_TOKEN may. To be closed, as by `with`. Raises LLMChatError.
    """
    chat = Chat(lambda: _client(url, token), session)
    _ = chat.client
    return chat


def ask(
    question: str,
    *,
    session: str | None = None,
    context: Sequence[str | ContextPart] = (),
    timeout: float | None = None,
    **options: Unpack[Options],
) -> Answer:
    """Asks one question; the rest is as in `connect` and `Chat.ask`.

    >>> print(ask("What does len() do in Python?"))  # doctest: +SKIP
    """
    with unopened(session) as chat:
        return chat.ask(question, context=context, timeout=timeout, **options)


def ask_events(
    question: str,
    *,
    session: str | None = None,
    context: Sequence[str | ContextPart] = (),
    timeout: float | None = None,
    **options: Unpack[Options],
) -> Iterator[TurnEvent]:
    """As `ask`, with what the server says about the answer while it is written."""
    body = ask_body(question, context, options)

    def events() -> Iterator[TurnEvent]:
        with unopened(session) as chat:
            yield from chat.following(body, timeout)

    return events()


def unopened(session: str | None) -> Chat:
    """As `connect`, but connected by the first question, in its time."""
    return Chat(lambda: _client(None, None), session)


def ask_body(
    question: str, context: Sequence[str | ContextPart], options: Options
) -> AskBody:
    """Raises BadRequest or TypeError for what no server could be asked."""
    if not question.strip():
        raise BadRequest("The question is empty.", "Say what you want to know.")
    return AskBody(
        question=question,
        client_message_id=new_id(),
        options=ask_options(options),
        context=context_parts(context),
    )


def answer_of(state: TurnState) -> Answer:
    """Raises what the answer failed by."""
    if state.error is not None:
        kind = error_types().get(state.error.code, LLMChatError)
        raise kind(state.error.message, state.error.hint)
    return Answer.of(state)


def _client(url: str | None, token: str | None) -> ChatClient:
    if url is None:
        return ChatClient(find_or_start(_LOG.info))
    address = explicit_address(url, token or "")
    probe(address)
    return ChatClient(address)


def _session_id(client: ChatClient, wanted: str | None) -> str:
    """Raises NotFound for an id that no session has."""
    stored = client.sessions() if wanted else ()
    for each in stored:
        if each.id == wanted:
            return each.id
    for each in stored:
        if each.title == wanted:
            return each.id
    if wanted and len(wanted) == _ID_CHARACTERS and wanted.isalnum():
        raise NotFound(
            f"There is no session {wanted}.",
            "`jupyter llmchat sessions list` lists them.",
        )
    return client.create_session(wanted or "").id
