"""An answer's events over connections that may break."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

import httpx
import msgspec
from httpx_sse import EventSource

from jupyter_llmchat.errors import LLMChatError, NotFound, ServerUnreachable
from jupyter_llmchat.protocol import codec, resources
from jupyter_llmchat.protocol.events import (
    TERMINAL,
    Complete,
    TurnEvent,
    TurnMetrics,
)

BACKOFF_S = (0.3, 0.7, 1.5, 3.0, 4.5)
"""Waits before each try to reconnect; counted anew whenever an event has arrived."""


@dataclass(frozen=True)
class Call:
    """A request that a stream of events answers."""

    method: Literal["GET", "POST"]
    path: str
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


def read_events(response: httpx.Response) -> Iterator[TurnEvent]:
    """The events of one connection; raises LLMChatError for data of another kind."""
    try:
        for record in EventSource(response).iter_sse():
            # A heartbeat ends in an empty line too, and carries no data.
            if record.data:
                yield codec.decode_event(record.data)
    except msgspec.DecodeError as error:
        raise unreadable(error) from error


def unreadable(error: msgspec.DecodeError) -> LLMChatError:
    return LLMChatError(
        f"The server said what this kernel cannot read ({error}).",
        "Install the same version of jupyter-llmchat on both sides and restart both.",
    )


class TurnStream:
    """Iterates over a turn's events, each once, in order, without gaps.

    `open_call` opens one connection, `look_up` fetches what is stored of a turn.
    Repeating the first call is safe: it carries a client message id.
    """

    def __init__(
        self,
        start: Call,
        open_call: Callable[[Call], Iterator[TurnEvent]],
        look_up: Callable[[str], resources.Turn],
        sleep: Callable[[float], object],
    ) -> None:
        self._start = start
        self._open_call = open_call
        self._look_up = look_up
        self._sleep = sleep
        self._turn_id = ""
        self._next_seq = 0

    def __iter__(self) -> Iterator[TurnEvent]:
        tries = 0
        while True:
            before = self._next_seq
            cause: Exception | None = None
            try:
                for event in self._connection():
                    yield event
                    if isinstance(event, TERMINAL):
                        return
            except (httpx.TransportError, ServerUnreachable) as error:
                cause = error
            except NotFound as error:
                if not self._turn_id:
                    raise
                yield self._interruption(error)
                return
            tries = 1 if self._next_seq > before else tries + 1
            self._wait(tries, cause)

    def _connection(self) -> Iterator[TurnEvent]:
        """New events of one more connection; ends early where one is missing."""
        call = self._resumption() if self._turn_id else self._start
        for event in self._open_call(call):
            if event.seq > self._next_seq:
                return
            if event.seq == self._next_seq:
                self._turn_id = event.turn_id
                self._next_seq += 1
                yield event

    def _resumption(self) -> Call:
        headers = {"Last-Event-ID": str(self._next_seq - 1)}
        return Call("GET", f"turns/{self._turn_id}/events", headers=headers)

    def _interruption(self, cause: NotFound) -> Complete:
        """The end of a turn that a restart of the server broke off."""
        turn = self._look_up(self._turn_id)
        if turn.state not in ("interrupted", "failed"):
            raise NotFound(
                "The rest of this answer can no longer be streamed.",
                "What has arrived is kept; the whole answer is in its session.",
            ) from cause
        return Complete(
            turn_id=turn.id,
            seq=self._next_seq,
            finish_reason="interrupted",
            metrics=turn.metrics or TurnMetrics(total_ms=0.0),
        )

    def _wait(self, tries: int, cause: Exception | None) -> None:
        """Before another try; raises when there is none left."""
        is_gone = not self._turn_id and isinstance(
            cause, httpx.ConnectError | httpx.ConnectTimeout
        )
        if is_gone or tries > len(BACKOFF_S):
            raise _lost(self._turn_id, cause) from cause
        self._sleep(BACKOFF_S[tries - 1])


def _lost(turn_id: str, cause: Exception | None) -> ServerUnreachable:
    if isinstance(cause, ServerUnreachable):
        return cause
    why = f" ({cause})" if cause is not None and str(cause) else ""
    if turn_id:
        return ServerUnreachable(
            f"The connection to the server was lost during the answer{why}.",
            "What has arrived is kept; the server goes on and stores the answer.",
        )
    return ServerUnreachable(
        f"The server does not answer{why}.", "Check that it runs, and ask again."
    )
