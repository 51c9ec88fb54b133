"""Which method of which version asks for what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from .rpc import Kind, RpcError
from .wire import Wire, no_push
from .wire_v0 import Version0
from .wire_v1 import Version1

_VERSION = re.compile(r"[01](\.\d{1,4}){0,2}")


class Verb(Enum):
    """What is wanted, whichever version says it."""

    SEND = auto()
    STREAM = auto()
    GET = auto()
    CANCEL = auto()
    LISTEN = auto()

    @property
    def streams(self) -> bool:
        return self in (Verb.STREAM, Verb.LISTEN)


@dataclass(frozen=True)
class Method:
    """A verb as one version of the protocol has it."""

    verb: Verb
    wire: Wire


def method_of(name: str, version: str) -> Method:
    """What a call asks for, by its method and by its A2A-Version header, "" for none.

    Versions share no names, so a header that is missing or from the other version does
    not matter. Raises RpcError.
    """
    if version and _VERSION.fullmatch(version) is None:
        raise RpcError(
            Kind.VERSION_NOT_SUPPORTED,
            "This version of A2A is not supported.",
            "Use 0.2, 0.3 or 1.0.",
        )
    if (verb := _V0.get(name)) is not None:
        return Method(verb, Version0())
    if (verb := _V1.get(name)) is not None:
        return Method(verb, Version1())
    if "pushnotificationconfig" in name.lower():
        raise no_push()
    if name in _NOT_OFFERED:
        raise RpcError(
            Kind.UNSUPPORTED_OPERATION,
            "This agent does not do that.",
            _NOT_OFFERED[name],
        )
    raise RpcError(
        Kind.METHOD_NOT_FOUND,
        "There is no such method.",
        f"Use one of {', '.join((*_V0, *_V1))}.",
    )


_V0 = {
    "message/send": Verb.SEND,
    "message/stream": Verb.STREAM,
    "tasks/get": Verb.GET,
    "tasks/cancel": Verb.CANCEL,
    "tasks/resubscribe": Verb.LISTEN,
}
_V1 = {
    "SendMessage": Verb.SEND,
    "SendStreamingMessage": Verb.STREAM,
    "GetTask": Verb.GET,
    "CancelTask": Verb.CANCEL,
    "SubscribeToTask": Verb.LISTEN,
}
_ONE_CARD = "The card at the well-known address is all there is."
_NOT_OFFERED = {
    "ListTasks": "Keep the ids of tasks; the REST interface lists sessions.",
    "agent/getAuthenticatedExtendedCard": _ONE_CARD,
    "GetExtendedAgentCard": _ONE_CARD,
}
