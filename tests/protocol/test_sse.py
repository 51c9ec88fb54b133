from __future__ import annotations

import httpx
import pytest
from httpx_sse import EventSource, ServerSentEvent

from jupyter_llmchat.protocol.codec import decode_event, encode
from jupyter_llmchat.protocol.sse import HEARTBEAT, event_name, frame

from .transcripts import NAMES, distinct


def parsed(stream: bytes) -> list[ServerSentEvent]:
    head = {"content-type": "text/event-stream"}
    response = httpx.Response(200, headers=head, content=stream)
    return list(EventSource(response).iter_sse())


@pytest.mark.parametrize("name", NAMES)
def test_the_payload_is_that_of_a_websocket_frame(name: str) -> None:
    for event in distinct(name):
        head, data = frame(event).split(b"data: ")
        assert data == encode(event) + b"\n\n"
        assert head == f"id: {event.seq}\nevent: {event_name(event)}\n".encode()


@pytest.mark.parametrize("name", NAMES)
def test_a_parser_gets_back_what_was_framed(name: str) -> None:
    events = distinct(name)
    received = parsed(b"".join(frame(event) for event in events))
    assert [decode_event(each.data) for each in received] == events
    assert [each.id for each in received] == [str(event.seq) for event in events]


def test_a_chunk_is_called_progress_and_the_rest_by_their_type() -> None:
    names = {event_name(event) for name in NAMES for event in distinct(name)}
    assert names == {
        *("start", "queued", "decision", "refinement", "stage"),
        *("progress", "quality", "revision", "notice", "complete", "error"),
    }


def test_a_heartbeat_carries_nothing() -> None:
    first, second = distinct("normal")[:2]
    received = parsed(HEARTBEAT + frame(first) + HEARTBEAT * 2 + frame(second))
    # httpx_sse reports the empty line after a comment; a browser does not.
    told = [decode_event(each.data) for each in received if each.data]
    assert told == [first, second]
    assert received[-1].id == "1"
