"""A client whose answers the test writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from jupyter_llmchat.kernel.conversation import Conversation, Question
from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.protocol.figures import (
    AnswersQuery,
    MetricsSummary,
    Usage,
)
from jupyter_llmchat.protocol.fold import TurnState
from jupyter_llmchat.protocol.ids import ExportFormat
from jupyter_llmchat.protocol.requests import AskOptions, Context, ContextPart
from jupyter_llmchat.protocol.resources import Message, Session, StoredDecision
from jupyter_llmchat.protocol.setup import ModelList

from .builders import NO_ANSWERS, NO_USE, answer, numbered, session

NO_MODELS = ModelList(models=(), memory_budget_bytes=0)

Script = Callable[[], Iterator[TurnEvent]]
"""Gives the events of an answer."""


@dataclass(frozen=True)
class Asked:
    session_id: str
    question: str
    options: AskOptions | None
    client_message_id: str | None
    context: Context = ()


@dataclass
class ScriptedClient:
    """`script` gives the events of each answer; it may raise, and `cancel` too."""

    script: Script = lambda: iter(answer("Because."))
    on_cancel: Callable[[str], bool] = lambda turn_id: True
    stored: tuple[Session, ...] = ()
    asked: list[Asked] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    on_prepare: Callable[[], object] = lambda: None
    prepared: list[tuple[str, Context]] = field(default_factory=list)
    said: tuple[Message, ...] = ()
    decided: tuple[StoredDecision, ...] = ()
    known_models: ModelList = NO_MODELS
    summary: MetricsSummary = NO_ANSWERS
    is_closed: bool = False

    def create_session(self, title: str = "") -> Session:
        self.created.append(title)
        made = session(f"session{len(self.created)}", title)
        self.stored = (made, *self.stored)
        return made

    def sessions(self) -> tuple[Session, ...]:
        return self.stored

    def messages(self, session_id: str) -> tuple[Message, ...]:
        return self.said

    def decisions(self, turn_id: str) -> tuple[StoredDecision, ...]:
        return self.decided

    def export_session(self, session_id: str, form: ExportFormat = "json") -> bytes:
        return f"{session_id} as {form}".encode()

    def models(self) -> ModelList:
        return self.known_models

    def metrics_summary(self, asked: AnswersQuery | None = None) -> MetricsSummary:
        return self.summary

    def usage(self, utc_offset_s: int = 0) -> Usage:
        return NO_USE

    def ask(
        self,
        session_id: str,
        question: str,
        options: AskOptions | None = None,
        *,
        client_message_id: str | None = None,
        context: Sequence[ContextPart] = (),
    ) -> Iterator[TurnEvent]:
        self.asked.append(
            Asked(session_id, question, options, client_message_id, tuple(context))
        )
        return self.script()

    def prepare(self, session_id: str, context: Sequence[ContextPart]) -> None:
        self.on_prepare()
        self.prepared.append((session_id, tuple(context)))

    def cancel(self, turn_id: str) -> bool:
        self.cancelled.append(turn_id)
        return self.on_cancel(turn_id)

    def close(self) -> None:
        self.is_closed = True


@dataclass
class ListView:
    """Keeps what was to be shown; may be interrupted at one state."""

    said: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    interrupt_at: str | None = None
    """Text at which the user presses the stop button, once."""

    def say(self, message: str) -> None:
        self.said.append(message)

    def show(self, state: object, progress: object) -> None:
        text = getattr(state, "text", "")
        self.shown.append(text)
        if text == self.interrupt_at:
            self.interrupt_at = None
            raise KeyboardInterrupt

    def end(self, state: object, progress: object) -> None:
        self.ended.append(getattr(state, "text", ""))


def talk(*clients: ScriptedClient) -> Conversation:
    waiting = iter(clients)
    return Conversation(lambda say: next(waiting))


def ask(talking: Conversation, text: str = "Why?", session: str = "") -> TurnState:
    return talking.ask(Question(text=text, session=session), ListView())


def raising(error: BaseException, *events: TurnEvent) -> Script:
    def script() -> Iterator[TurnEvent]:
        yield from numbered(*events)
        raise error

    return script
