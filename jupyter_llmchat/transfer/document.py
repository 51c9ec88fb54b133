"""A conversation as a file, whole: what is exported can be imported again.

Whoever reads a file checks it with `check`, since it may have been written by anyone.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.protocol.events import (
    Notice,
    Quality,
    Refinement,
    Revision,
    TurnMetrics,
)
from jupyter_llmchat.protocol.ids import Strategy
from jupyter_llmchat.protocol.requests import Identifier
from jupyter_llmchat.protocol.resources import StageText, StoredDecision

FORMAT: Literal["jupyter-llmchat-session"] = "jupyter-llmchat-session"
VERSION: Literal[1] = 1
"""Of the format; a new one for whatever programs of this one could not read."""

MAX_DEPTH = 64
"""Of settings and parameters, which can hold anything else."""
MAX_VALUES_BYTES = 1 << 20
MAX_TURNS = 20_000
TITLE_CHARS = 200

_INT32 = 2**31
_MAX_BITS = 1024
_NAME_CHARS = 200

Moment = Annotated[float, msgspec.Meta(ge=0, le=1e11)]
"""Seconds since the epoch."""
Text = Annotated[str, msgspec.Meta(max_length=4 << 20)]
Name = Annotated[str, msgspec.Meta(max_length=_NAME_CHARS)]
Reason = Annotated[str, msgspec.Meta(pattern=r"^[a-z_]{1,40}$(?!\n)")]
Ended = Literal["complete", "interrupted", "cancelled", "failed"]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything in a document but the figures of the protocol."""


class AnswerDocument(Part, frozen=True, kw_only=True):
    """What was answered."""

    stages: Annotated[tuple[StageText, ...], msgspec.Meta(max_length=16)]
    """In reading order."""
    state: Ended
    created: Moment
    tokens: Annotated[int, msgspec.Meta(ge=0, lt=_INT32)] = 0
    model: Name | None = None
    parameters: dict[str, Any] = {}
    prompt_template: Name | None = None


class TurnDocument(Part, frozen=True, kw_only=True):
    """A question and what became of it."""

    id: Identifier
    """Means something within the document only."""
    parent: Identifier | None = None
    """The turn that it follows, which comes before it here; None for a first one."""
    created: Moment
    ended: Moment | None = None
    question: Text
    answer: AnswerDocument
    strategy: Strategy | None = None
    finish_reason: Reason | None = None
    metrics: TurnMetrics | None = None
    decisions: Annotated[tuple[StoredDecision, ...], msgspec.Meta(max_length=500)] = ()
    refinement: Refinement | None = None
    quality: Quality | None = None
    revisions: Annotated[tuple[Revision, ...], msgspec.Meta(max_length=100)] = ()
    notices: Annotated[tuple[Notice, ...], msgspec.Meta(max_length=100)] = ()


class SessionDocument(Part, frozen=True, kw_only=True):
    """A conversation with all its branches."""

    format: Literal["jupyter-llmchat-session"] = FORMAT
    version: Literal[1] = VERSION
    title: Annotated[str, msgspec.Meta(max_length=TITLE_CHARS)]
    created: Moment
    updated: Moment
    config: dict[str, Any] = {}
    current: Identifier | None = None
    """The last turn of the branch that is shown."""
    turns: Annotated[tuple[TurnDocument, ...], msgspec.Meta(max_length=MAX_TURNS)] = ()
    """Each after the one that it follows."""


def path(session: SessionDocument) -> tuple[TurnDocument, ...]:
    """The branch that is shown, from its first turn on."""
    turns = {each.id: each for each in session.turns}
    found: list[TurnDocument] = []
    at = session.current
    while at is not None:
        found.append(turns[at])
        at = turns[at].parent
    return tuple(reversed(found))


def check(session: SessionDocument) -> None:
    """Raises BadRequest for what types cannot say; the place is named."""
    check_values(session.config, "$.config")
    known: set[str] = set()
    for number, turn in enumerate(session.turns):
        place = f"$.turns[{number}]"
        if turn.id in known:
            raise _misfit(f"The id stands for an earlier turn - at `{place}.id`")
        if turn.parent is not None and turn.parent not in known:
            raise _misfit(f"No earlier turn has this id - at `{place}.parent`")
        known.add(turn.id)
        _check_turn(turn, place)
    if session.current is not None and session.current not in known:
        raise _misfit("No turn has this id - at `$.current`")


def check_values(value: Any, place: str) -> None:
    """Raises BadRequest for what could be stored, but not be sent to a client."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise _misfit(f"More than {MAX_DEPTH} levels in each other - at `{place}`")
        if any(isinstance(v, int) and v.bit_length() > _MAX_BITS for v in level):
            raise _misfit(f"A number of more than {_MAX_BITS} bits - at `{place}`")
        level = [inner for each in level for inner in _inside(each)]
    if (size := len(msgspec.json.encode(value))) > MAX_VALUES_BYTES:
        raise _misfit(f"{size} bytes, {MAX_VALUES_BYTES} are allowed - at `{place}`")


def _check_turn(turn: TurnDocument, place: str) -> None:
    parameters, inside = turn.answer.parameters, f"{place}.answer.parameters"
    check_values(parameters, inside)
    if not isinstance(parameters.get("deadline_s", 0.0), int | float | None):
        raise _misfit(f"Expected a number - at `{inside}.deadline_s`")
    stages = [each.stage for each in turn.answer.stages]
    if len({*stages}) < len(stages):
        raise _misfit(f"A stage comes twice - at `{place}.answer.stages`")
    _check_figures(turn.metrics, f"{place}.metrics")
    for number, decision in enumerate(turn.decisions):
        _check_figures(decision, f"{place}.decisions[{number}]")


def _check_figures(figures: msgspec.Struct | None, place: str) -> None:
    """They have columns of their own in the database."""
    for name, value in msgspec.structs.asdict(figures).items() if figures else ():
        if isinstance(value, int) and not -_INT32 <= value < _INT32:
            raise _misfit(f"A number of more than 32 bits - at `{place}.{name}`")
        if isinstance(value, str) and len(value) > _NAME_CHARS:
            raise _misfit(f"More than {_NAME_CHARS} characters - at `{place}.{name}`")


def _inside(value: Any) -> list[Any]:
    match value:
        case dict():
            return list(value.values())
        case list() | tuple():
            return list(value)
    return []


def _misfit(what: str) -> BadRequest:
    return BadRequest(
        f"The conversation does not fit: {what}.", "Export it again and import that."
    )
