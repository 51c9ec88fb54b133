"""A server's side of a panel, without a server: conversations kept in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from jupyter_llmchat.errors import LLMChatError, NotFound
from jupyter_llmchat.protocol import resources
from jupyter_llmchat.protocol.events import TurnEvent, TurnMetrics
from jupyter_llmchat.protocol.requests import AskOptions, ContextPart
from jupyter_llmchat.protocol.resources import Message, Session
from jupyter_llmchat.protocol.search import SearchHit, SearchPage
from jupyter_llmchat.protocol.setup import Model, ModelList
from tests.kernel.builders import answer, begin, chunk, complete, numbered, start

LONG_S = 20.0
"""No wait in a test is longer; reaching it is a failure, never a measurement."""


@dataclass(frozen=True)
class Asked:
    session_id: str
    question: str
    options: AskOptions
    message_id: str
    context: tuple[ContextPart, ...]
    replaces: str | None = None
    again: str | None = None


@dataclass
class ServerDouble:
    """What every panel's client talks to. `script` gives the events of an answer."""

    script: Callable[[], Iterator[TurnEvent]] = lambda: iter(answer("Because."))
    kept: dict[str, Session] = field(default_factory=dict)
    said: dict[str, list[Message]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    prepared: list[tuple[str, tuple[ContextPart, ...]]] = field(default_factory=list)
    selected: list[str] = field(default_factory=list)
    turns: dict[str, resources.Turn] = field(default_factory=dict)
    hits: tuple[SearchHit, ...] = ()
    has_more: bool = False
    """Conversations too old for the list."""
    several: tuple[Model, ...] = ()
    on_cancel: Callable[[str], object] = lambda turn_id: None
    failure: LLMChatError | None = None
    """Raised by every call while it is set."""

    def add(self, identifier: str, title: str, *messages: Message) -> None:
        session = Session(
            id=identifier, title=title, created=0, updated=0, messages=0, config={}
        )
        self.kept = {identifier: session, **self.kept}
        self.said[identifier] = list(messages)


@dataclass
class ClientDouble:
    """One connection to it."""

    server: ServerDouble
    is_closed: bool = False

    def session_page(
        self, limit: int | None = None, before: int | None = None
    ) -> resources.SessionList:
        sessions = tuple(self._kept().values())
        more = 1 if self.server.has_more else None
        return resources.SessionList(sessions=sessions, next=more)

    def create_session(self, title: str = "") -> Session:
        identifier = f"session{len(self._kept()) + 1}"
        self.server.add(identifier, title)
        return self.server.kept[identifier]

    def rename_session(self, session_id: str, title: str) -> Session:
        renamed = msgspec.structs.replace(self._session(session_id), title=title)
        self.server.kept[session_id] = renamed
        return renamed

    def delete_session(self, session_id: str) -> None:
        self._session(session_id)
        del self.server.kept[session_id]

    def message_page(
        self, session_id: str, limit: int | None = None, before: int | None = None
    ) -> resources.MessageList:
        self._session(session_id)
        found = self.server.said[session_id]
        shown = tuple(found[-(limit or len(found)) :]) if found else ()
        more = len(found) > len(shown)
        return resources.MessageList(messages=shown, next=1 if more else None)

    def select_turn(self, turn_id: str) -> resources.MessageList:
        self._kept()
        self.server.selected.append(turn_id)
        return resources.MessageList(messages=exchange(turn_id, "Selected?"))

    def turn(self, turn_id: str) -> resources.Turn:
        self._kept()
        if turn_id not in self.server.turns:
            raise NotFound("There is no such answer.")
        return self.server.turns[turn_id]

    def search(self, query: str, limit: int = 20, start: int = 0) -> SearchPage:
        self._kept()
        return SearchPage(hits=self.server.hits, next=None)

    def prepare(self, session_id: str, context: Sequence[ContextPart]) -> None:
        self.server.prepared.append((session_id, tuple(context)))

    def models(self) -> ModelList:
        return ModelList(models=self.server.several, memory_budget_bytes=0)

    def cancel(self, turn_id: str) -> bool:
        self.server.cancelled.append(turn_id)
        self.server.on_cancel(turn_id)
        return True

    def close(self) -> None:
        self.is_closed = True

    def ask(
        self,
        session_id: str,
        question: str,
        options: AskOptions | None = None,
        *,
        client_message_id: str | None = None,
        context: Sequence[ContextPart] = (),
        replaces: str | None = None,
    ) -> Iterator[TurnEvent]:
        asked = Asked(
            session_id,
            question,
            options or AskOptions(),
            client_message_id or "",
            tuple(context),
            replaces,
        )
        return self._answered(asked)

    def regenerate(
        self,
        turn_id: str,
        options: AskOptions | None = None,
        *,
        client_message_id: str | None = None,
        context: Sequence[ContextPart] = (),
    ) -> Iterator[TurnEvent]:
        given = (options or AskOptions(), client_message_id or "", tuple(context))
        return self._answered(Asked("", "", *given, again=turn_id))

    def _answered(self, asked: Asked) -> Iterator[TurnEvent]:
        """As with a real server, nothing goes wrong before the first event."""
        self.server.asked.append(asked)
        if self.server.failure is not None:
            raise self.server.failure
        if asked.again is None:
            self._session(asked.session_id)
        yield from self.server.script()

    def _kept(self) -> dict[str, Session]:
        if self.server.failure is not None:
            raise self.server.failure
        return self.server.kept

    def _session(self, session_id: str) -> Session:
        if session_id not in self._kept():
            raise NotFound("There is no such session.", "List the sessions.")
        return self.server.kept[session_id]


def exchange(
    turn_id: str, question: str, text: str = "Said.", **changes: object
) -> tuple[Message, Message]:
    """A question and its answer as they are kept."""
    asked = _asked(turn_id, question, changes.pop("versions", ()))  # type: ignore[arg-type]
    told = {"stages": (resources.StageText(stage="core", text=text),), **changes}
    answered = msgspec.structs.replace(
        asked,
        id=f"{turn_id}-a",
        role="assistant",
        text=text,
        versions=(),
        tokens=3,
        processing_ms=1500.0,
        model="fake",
        **told,
    )
    return asked, answered


def _asked(turn_id: str, question: str, versions: tuple[str, ...]) -> Message:
    return Message(
        id=f"{turn_id}-q",
        session_id="session1",
        turn_id=turn_id,
        role="user",
        text=question,
        stages=(),
        state="complete",
        created=0.0,
        tokens=0,
        processing_ms=None,
        model=None,
        parameters={},
        prompt_template=None,
        versions=versions,
    )


def turn(turn_id: str) -> resources.Turn:
    decision = resources.StoredDecision(
        name="strategy", options=(), chosen="simple", calibrated=True, tokens=1, ms=2.0
    )
    return resources.Turn(
        id=turn_id,
        session_id="session1",
        state="complete",
        created=0.0,
        strategy="simple",
        finish_reason="length",
        metrics=TurnMetrics(total_ms=1500.0, first_token_ms=120.0),
        decisions=(decision,),
    )


def hit(
    session_id: str, turn_id: str | None = None, *, current: bool = True
) -> SearchHit:
    return SearchHit(
        message_id=None,
        turn_id=turn_id,
        session_id=session_id,
        session_title=f"Title of {session_id}",
        role="title",
        created=0.0,
        is_current=current,
        score=1.0,
        snippet="some words",
        ranges=(),
    )


def model(tier: str) -> Model:
    fields = dict.fromkeys(
        ("file", "file_bytes", "memory_bytes", "threads", "context_tokens", "self_test")
    )
    return Model(
        tier=tier,  # type: ignore[arg-type]
        name=f"{tier}-model",
        state="ready",
        detail="",
        warmth="warm",
        decides=False,
        cells_used=0,
        cache_mb=0.0,
        users=0,
        keep_alive_s=0.0,
        **fields,  # type: ignore[arg-type]
    )


def pausing(server: ServerDouble) -> tuple[threading.Event, threading.Event]:
    """The answer has begun; it may go on, which a cancel makes it do as well."""
    begun, go_on = threading.Event(), threading.Event()

    def script() -> Iterator[TurnEvent]:
        events = numbered(start(), begin("core"), chunk("Half"), complete("cancelled"))
        yield from events[:-1]
        begun.set()
        assert go_on.wait(LONG_S)
        yield events[-1]

    server.script = script
    server.on_cancel = lambda turn_id: go_on.set()
    return begun, go_on
