from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_llmchat.protocol import codec, sse
from jupyter_llmchat.protocol.resources import Cancelled
from tests.kernel.builders import TURN, begin, chunk, complete, numbered, start
from tests.kernel.scripted_server import Reply, ScriptedServer

ASK = "POST sessions/session1/ask"
CANCEL = f"POST turns/{TURN}/cancel"
WAIT_S = 30.0


@pytest.fixture
def found(
    server: ScriptedServer,
    runtime_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> ScriptedServer:
    """The server that is found."""
    monkeypatch.setenv("LLMCHAT_URL", server.url)
    monkeypatch.setenv("LLMCHAT_TOKEN", server.token)
    return server


@pytest.fixture
def endless(found: ScriptedServer) -> Iterator[threading.Event]:
    """Its answer goes on until it is stopped, which sets the event."""
    stop = threading.Event()
    events = numbered(start(), begin("core"), chunk("Half"), complete("cancelled"))

    def until_stopped() -> Iterator[bytes]:
        yield from (sse.frame(event) for event in events[:-1])
        stop.wait(WAIT_S)
        yield sse.frame(events[-1])

    def stopped() -> Iterator[bytes]:
        stop.set()
        yield codec.encode(Cancelled(stopping=True))

    found.on(ASK, Reply(pieces=until_stopped()))
    found.on(CANCEL, Reply(pieces=stopped(), content_type="application/json"))
    yield stop
    stop.set()
