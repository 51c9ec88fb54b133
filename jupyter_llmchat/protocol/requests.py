"""What a client asks. Unknown fields are refused, so that a typo is not ignored."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from .ids import ContextKind, Strategy, Tier, new_id

Identifier = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.:-]{1,64}\Z")]
"""Nothing that could break a line of a log or a path."""
Seed = Annotated[int, msgspec.Meta(ge=0, lt=1 << 32)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=3600)]


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every request body."""


class Query(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the queries of an address, which arrive as text."""


class EventsQuery(Query, frozen=True, kw_only=True):
    """GET …/turns/{id}/events; a Last-Event-ID header comes first."""

    from_seq: Annotated[int, msgspec.Meta(ge=0, lt=10**9)] = 0


class AskOptions(Body, frozen=True, kw_only=True):
    """What a question may set; everything else comes from the session."""

    deadline_s: Seconds | None = None
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] | None = None
    max_tokens: Annotated[int, msgspec.Meta(ge=1, le=8192)] | None = None
    """Tokens in one stage at most."""
    seed: Seed | None = None
    strategy: Strategy | None = None
    """Left to the model unless set."""
    tier: Tier | None = None
    """Which of several models answers; left to the model unless set."""
    fresh: bool | None = None
    """True asks the model again where the answer is known from earlier."""


class ContextPart(Body, frozen=True, kw_only=True):
    """Something of the user's notebook that the answer may need."""

    kind: ContextKind
    name: str = ""
    """For people: a cell's number, a variable's name, a file's path."""
    text: str


Context = Annotated[tuple[ContextPart, ...], msgspec.Meta(max_length=500)]
"""What changes seldom comes first, so that the model need not read it again."""


class PrepareBody(Body, frozen=True, kw_only=True):
    """POST …/sessions/{id}/prepare: context that a question may soon be asked about."""

    context: Context


class AskBody(Body, frozen=True, kw_only=True):
    """POST …/sessions/{id}/ask: a question, answered as a stream of events."""

    question: str
    client_message_id: Identifier = msgspec.field(default_factory=new_id)
    """Repeating a request with the same id joins the same turn."""
    options: AskOptions = AskOptions()
    context: Context = ()


class CreateSession(Body, frozen=True, kw_only=True):
    """POST …/sessions."""

    title: Annotated[str, msgspec.Meta(max_length=200)] = ""
    config: dict[str, Any] = {}


class ChangeSession(Body, frozen=True, kw_only=True):
    """PATCH …/sessions/{id}; what is not named stays."""

    title: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    config: dict[str, Any] | None = None


class Ask(AskBody, frozen=True, kw_only=True, tag="ask", tag_field="type"):
    """WebSocket: ask and subscribe to the turn."""

    session_id: Identifier


class Cancel(Body, frozen=True, kw_only=True, tag="cancel", tag_field="type"):
    """WebSocket: stop a turn; what was said is kept."""

    turn_id: Identifier


class Resume(Body, frozen=True, kw_only=True, tag="resume", tag_field="type"):
    """WebSocket: subscribe to a turn and get its events from `from_seq` on."""

    turn_id: Identifier
    from_seq: Annotated[int, msgspec.Meta(ge=0)] = 0


SocketRequest = Ask | Cancel | Resume
"""Every frame that a client may send."""


class Refused(
    msgspec.Struct, frozen=True, kw_only=True, tag="refused", tag_field="type"
):
    """WebSocket: the answer to a frame that could not be acted on."""

    code: str
    message: str
    hint: str
    retryable: bool
    client_message_id: str | None = None
    """Of the question that was refused, where there is one."""
