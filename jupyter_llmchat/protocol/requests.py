"""What a client asks. Unknown fields are refused, so that a typo is not ignored."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from .ids import ContextKind, ExportFormat, Strategy, Tier, new_id

Identifier = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.:-]{1,64}$(?!\n)")]
"""Nothing that could break a line of a log or a path. Python's `$` alone lets a line
end pass; its `\\Z` is unknown where JSON schemas are read."""
Seed = Annotated[int, msgspec.Meta(ge=0, lt=1 << 32)]
Question = Annotated[str, msgspec.Meta(extra_json_schema={"pattern": "\\S"})]
"""Refused in plain words when there is nothing in it."""
Seconds = Annotated[float, msgspec.Meta(gt=0, le=3600)]
Cursor = Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)]
"""`next` of a page; with it comes what follows that page."""
SystemPrompt = Annotated[str, msgspec.Meta(max_length=4000)]


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every request body."""


class Query(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the queries of an address, which arrive as text."""


class EventsQuery(Query, frozen=True, kw_only=True):
    """GET …/turns/{id}/events; a Last-Event-ID header comes first."""

    from_seq: Annotated[int, msgspec.Meta(ge=0, lt=10**9)] = 0


class SessionsQuery(Query, frozen=True, kw_only=True):
    """GET …/sessions: a page of them, the one used last first."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100
    before: Cursor | None = None


class MessagesQuery(Query, frozen=True, kw_only=True):
    """GET …/sessions/{id}/messages: the last ones, oldest first."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1000
    before: Cursor | None = None


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
    system_prompt: SystemPrompt | None = None
    """What the model is told about how to answer, after what it is told anyway."""
    json_schema: dict[str, Any] | None = None
    """The answer is JSON that fits this schema, and has one part only."""


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

    question: Question
    client_message_id: Identifier = msgspec.field(default_factory=new_id)
    """Repeating a request with the same id joins the same turn."""
    options: AskOptions = AskOptions()
    context: Context = ()
    replaces: Identifier | None = None
    """A turn of the session: this question takes its place in the conversation, which
    goes on from here. The other one is kept as another version."""


class RegenerateBody(Body, frozen=True, kw_only=True):
    """POST …/turns/{id}/regenerate: the same question, asked again in its place.

    The notebook's context is not stored with a question, so it comes along again.
    """

    client_message_id: Identifier = msgspec.field(default_factory=new_id)
    options: AskOptions = AskOptions()
    context: Context = ()


class CreateSession(Body, frozen=True, kw_only=True):
    """POST …/sessions."""

    title: Annotated[str, msgspec.Meta(max_length=200)] = ""
    config: dict[str, Any] = {}


class ExportQuery(Query, frozen=True, kw_only=True):
    """GET …/sessions/{id}/export: JSON and notebooks can be imported again."""

    format: ExportFormat = "json"


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
    turn_id: str | None = None
    """Of the turn that the frame was about, or that is no longer followed."""
    from_seq: int | None = None
    """Where to resume a turn that is no longer followed because it was read too
    slowly."""
