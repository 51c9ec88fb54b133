"""What goes into the store and comes back from it, besides protocol.resources."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from jupyter_llmchat.protocol.events import (
    Decision,
    Notice,
    Quality,
    Refinement,
    Revision,
    TurnMetrics,
)
from jupyter_llmchat.protocol.resources import (
    Message,
    MessageState,
    Session,
    StageText,
    Turn,
)


class NewTurn(msgspec.Struct, frozen=True, kw_only=True):
    """A question that is about to be answered."""

    session_id: str
    turn_id: str
    message_id: str
    """Of the question."""
    answer_id: str
    client_message_id: str
    """Chosen by the client; unique within the session."""
    question: str
    model: str
    parameters: dict[str, Any]
    prompt_template: str
    """Version name of the prompts."""
    parent_id: str | None = None
    """The turn that it follows; None begins a conversation."""


class BegunTurn(msgspec.Struct, frozen=True, kw_only=True):
    """The turn that a question belongs to."""

    turn_id: str
    message_id: str
    answer_id: str
    is_new: bool
    """False: the session had this client_message_id before, and the ids are those
    of that time."""


class EndedTurn(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a turn."""

    turn_id: str
    answer_id: str
    state: MessageState
    finish_reason: str
    strategy: str | None
    metrics: TurnMetrics | None
    stages: tuple[StageText, ...]
    """The whole answer in reading order; empty takes what has been appended."""
    tokens: int
    """Tokens of the answer."""
    refinement: Refinement | None = None
    quality: Quality | None = None
    revisions: tuple[Revision, ...] = ()
    notices: tuple[Notice, ...] = ()


class WholeTurn(msgspec.Struct, frozen=True, kw_only=True):
    """A turn that is stored with its end."""

    new: NewTurn
    decisions: tuple[Decision, ...]
    ended: EndedTurn

    @property
    def moments(self) -> int:
        """How many it takes: for the question, the answer, each decision."""
        return 2 + len(self.decisions)


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that can be given again."""

    turn: Turn
    answer: Message


class Plan(Protocol):
    """How a question becomes a turn.

    The store asks in the thread that writes, and again if it has to write again; the
    last time counts.
    """

    turn_id: str
    client_message_id: str
    replaces: str | None
    """The turn whose place it takes in the conversation; None goes on with that."""

    def key(self, session: Session, messages: tuple[Message, ...]) -> str | None:
        """What its answer can be found by, given the session and what was said before
        it; None if it is not to be looked for."""
        ...

    def turn(self, remembered: Remembered | None) -> NewTurn | WholeTurn:
        """What to store, given the answer if there is one."""
        ...
