"""What every version of the protocol can say, and what of it is acted on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

import msgspec

from jupyter_llmchat.protocol.requests import AskOptions

from .rpc import Kind, RpcError
from .task import Task, Update

T = TypeVar("T")

OUTPUT_MODES = ("text/markdown", "text/plain")
_ACCEPTED = frozenset({*OUTPUT_MODES, "text", "text/*", "*/*"})
_IDENTIFIER = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message of a user's."""

    client_message_id: str
    text: str
    context_id: str | None
    """None begins a conversation."""
    task_id: str | None
    blocking: bool
    """Whether the answer to a call that is no stream waits for the task to end."""
    history_length: int | None
    options: AskOptions


@dataclass(frozen=True, kw_only=True)
class Named:
    """A task of which something is wanted."""

    task_id: str
    history_length: int | None


class Wire(Protocol):
    """One version of the protocol. Each of these raises RpcError."""

    def sent(self, params: Any) -> Sent: ...
    def named(self, params: Any) -> Named: ...
    def task(self, task: Task) -> msgspec.Struct: ...

    def reply(self, task: Task) -> msgspec.Struct:
        """The answer to a message that is no stream."""
        ...

    def told(self, news: Task | Update) -> msgspec.Struct:
        """One answer of a stream."""
        ...


def converted(params: Any, kind: type[T]) -> T:
    """The parameters of a call; fields that are unknown are left out."""
    try:
        return msgspec.convert(params, kind)
    except msgspec.ValidationError as error:
        raise RpcError(
            Kind.INVALID_PARAMS,
            f"The parameters do not fit: {error}.",
            "Correct the named field.",
        ) from error


def text_of(parts: Iterable[str | None]) -> str:
    """The text of a message's parts; None stands for one that is no text."""
    found = tuple(parts)
    texts = [each for each in found if each is not None]
    if len(texts) < len(found):
        raise RpcError(
            Kind.CONTENT_TYPE_NOT_SUPPORTED,
            "The message has a part that is no text.",
            "Send text parts only.",
        )
    return "\n".join(texts)


def check_role(is_user: bool) -> None:
    if not is_user:
        raise RpcError(
            Kind.INVALID_PARAMS,
            "The message is not from a user.",
            "Send it with the role of the user.",
        )


def check_configuration(accepted_modes: Iterable[str], has_push: bool) -> None:
    """Refuses what would be promised but not done."""
    accepted = {each.partition(";")[0].strip().lower() for each in accepted_modes}
    if accepted and not accepted & _ACCEPTED:
        raise RpcError(
            Kind.CONTENT_TYPE_NOT_SUPPORTED,
            "Answers are text, which acceptedOutputModes does not name.",
            f"Accept one of {', '.join(OUTPUT_MODES)}.",
        )
    if has_push:
        raise no_push()


def no_push() -> RpcError:
    return RpcError(
        Kind.PUSH_NOT_SUPPORTED,
        "Push notifications are not supported.",
        "Stream the answer, or ask for the task again.",
    )


def options_of(*metadata: Mapping[str, Any] | None) -> AskOptions:
    """Options of a question, by their names; what else there is is the client's own."""
    known = {
        key: _whole(value)
        for each in metadata
        for key, value in (each or {}).items()
        if key in AskOptions.__struct_fields__
    }
    return converted(known, AskOptions)


def _whole(value: Any) -> Any:
    """Protocol buffers know no whole numbers in metadata."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def client_message_id(given: str) -> str:
    """The id as our own questions have it; any text can be one in this protocol."""
    if _IDENTIFIER.fullmatch(given):
        return given
    data = given.encode("utf-8", errors="surrogatepass")
    return hashlib.sha256(data).hexdigest()


def timestamp(seconds: float) -> str:
    """ISO 8601 in UTC, to the millisecond."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
