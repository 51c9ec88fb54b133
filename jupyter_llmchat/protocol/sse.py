"""Events framed as text/event-stream; the payload is that of a WebSocket frame."""

from __future__ import annotations

from .codec import encode
from .events import Chunk, TurnEvent

HEARTBEAT = b": alive\n\n"
"""A comment line: keeps proxies from closing a quiet stream."""


def event_name(event: TurnEvent) -> str:
    """The SSE name: the event's own type, but `progress` for a chunk."""
    if isinstance(event, Chunk):
        return "progress"
    return str(event.__struct_config__.tag)


def frame(event: TurnEvent) -> bytes:
    """One SSE record; its id is the event's `seq`, so `Last-Event-ID` can resume."""
    head = f"id: {event.seq}\nevent: {event_name(event)}\ndata: ".encode()
    return head + encode(event) + b"\n\n"
