"""What server tests are made of: a hosted fake, a scripted pipeline, a REST client."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from tornado.httpclient import HTTPResponse

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.pipeline import Question
from jupyter_llmchat.protocol.codec import decode_event, encode
from jupyter_llmchat.protocol.events import (
    TERMINAL,
    Chunk,
    Complete,
    Decision,
    Option,
    StageChange,
    Start,
    TurnEvent,
    TurnMetrics,
)
from jupyter_llmchat.protocol.requests import AskBody, AskOptions
from jupyter_llmchat.protocol.resources import ModelStatus
from jupyter_llmchat.server.hub import Subscription, TurnLog
from jupyter_llmchat.server.services import Services
from jupyter_llmchat.server.settings import EngineConfig, ServerSettings
from tests.fakes import FakeModel

LONG_S = 20.0
"""No wait in a test is longer; reaching it is a failure, never a measurement."""


class HostedFake(FakeModel):
    """A FakeModel with a lifetime."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)
        self.state = "stopped"

    @property
    def status(self) -> ModelStatus:
        return ModelStatus(state=self.state, name=self.name, detail="")  # type: ignore[arg-type]

    async def start(self) -> None:
        self.state = "ready"

    async def ready(self) -> None:
        if self.state != "ready":
            raise ModelUnavailable(f"The model is {self.state}.", "Start it.")

    async def stop(self) -> None:
        self.state = "stopped"


def chunk(text: str, number: int = 0, stage: str = "core") -> Chunk:
    return Chunk(turn_id="", stage=stage, text=text, chunk_id=number, timestamp=1.0)  # type: ignore[arg-type]


def complete(reason: str = "stop") -> Complete:
    metrics = TurnMetrics(total_ms=5.0, generated_tokens=3, strategy="simple")
    return Complete(turn_id="", finish_reason=reason, metrics=metrics)  # type: ignore[arg-type]


def decision(chosen: str = "simple") -> Decision:
    options = (
        Option(label="simple", probability=0.9),
        Option(label="analytical", probability=0.1),
    )
    return Decision(
        turn_id="",
        name="strategy",
        options=options,
        chosen=chosen,
        calibrated=True,
        tokens=7,
        ms=1.0,
    )


def start(turn_id: str = "t") -> Start:
    return Start(
        turn_id=turn_id,
        protocol=1,
        session_id="s",
        message_id="m",
        answer_id="a",
        question="q",
        model="fake",
        deadline_s=60.0,
        timestamp=1.0,
    )


def said(*words: str) -> tuple[TurnEvent, ...]:
    """A whole answer: a decision and one stage of these words."""
    return (
        decision(),
        StageChange(turn_id="", stage="core", phase="start"),
        *(chunk(word, number) for number, word in enumerate(words)),
        StageChange(turn_id="", stage="core", phase="end", tokens=len(words)),
        complete(),
    )


Step = TurnEvent | Exception | asyncio.Event


@dataclass
class Script:
    """A pipeline that goes through `steps`; an asyncio.Event is waited for.

    Like the real one it ends early, with `cancelled`, once it is told to stop.
    """

    steps: Sequence[Step] = said("Forty", "-two", ".")
    questions: list[Question] = field(default_factory=list)
    heeds_stop: bool = True

    async def __call__(
        self, question: Question, stop: asyncio.Event
    ) -> AsyncGenerator[TurnEvent, None]:
        self.questions.append(question)
        for step in self.steps:
            if isinstance(step, asyncio.Event):
                await self._wait(step, stop)
            elif isinstance(step, Exception):
                raise step
            else:
                yield msgspec.structs.replace(step, turn_id=question.turn_id)
            if stop.is_set() and self.heeds_stop:
                yield complete("cancelled")
                return
            await asyncio.sleep(0)

    async def _wait(self, step: asyncio.Event, stop: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(step.wait())]
        if self.heeds_stop:
            waits.append(asyncio.ensure_future(stop.wait()))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()


def settings(path: Any = None, **changes: Any) -> ServerSettings:
    return ServerSettings(
        engine=EngineConfig(model_path=""), store=StoreConfig(path=path), **changes
    )


def ask_body(question: str = "What is it?", **fields: Any) -> AskBody:
    options = AskOptions(**fields.pop("options", {}))
    return AskBody(question=question, options=options, **fields)


@contextlib.asynccontextmanager
async def running(
    config: ServerSettings, answer: Any = None, **fields: Any
) -> AsyncIterator[Services]:
    """Started services with a fake model and a scripted pipeline."""
    services = Services(config, HostedFake(), answer=answer or Script(), **fields)
    await services.start()
    try:
        yield services
    finally:
        await services.close()


async def new_session(services: Services, owner: str = "local", **config: Any) -> str:
    store = await services.store()
    return (await store.create_session(owner, "", config)).id


async def all_of(subscription: Subscription) -> list[TurnEvent]:
    """Everything up to the end of the turn, which must come."""
    events: list[TurnEvent] = []
    async with asyncio.timeout(LONG_S):
        while not subscription.ended:
            events += await subscription.read(LONG_S)
    subscription.close()
    return checked(events, events[0].seq if events else 0)


async def until(subscription: Subscription, kind: type[TurnEvent]) -> list[TurnEvent]:
    """Everything up to the first event of a kind (and what came with it)."""
    events: list[TurnEvent] = []
    async with asyncio.timeout(LONG_S):
        while not any(isinstance(event, kind) for event in events):
            events += await subscription.read(LONG_S)
    return events


async def eventually(condition: Any) -> None:
    async with asyncio.timeout(LONG_S):
        while not condition():
            await asyncio.sleep(0.005)


async def left_alone(services: Services, turn_id: str) -> None:
    """Waits until nobody follows the turn any more."""
    turns = await services.turns()
    log = turns._around.hub.find("local", turn_id)
    assert log is not None
    await eventually(lambda: not log._subscribers)


def checked(events: Sequence[TurnEvent], first: int = 0) -> list[TurnEvent]:
    """The events of a whole turn: no gaps, one terminal event, and that last."""
    assert [event.seq for event in events] == list(range(first, first + len(events)))
    ends = [event for event in events if isinstance(event, TERMINAL)]
    assert ends == [events[-1]]
    assert first or isinstance(events[0], Start)
    assert len({event.turn_id for event in events}) == 1
    return list(events)


def text_of(events: Sequence[TurnEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Chunk))


def payloads(log: TurnLog) -> list[bytes]:
    return [encode(event) for event in log.events]


@dataclass(frozen=True)
class Record:
    """One record of an event stream."""

    id: int
    name: str
    data: bytes


def records(body: bytes) -> list[Record]:
    """The records of an event stream; comments are left out."""
    found = []
    for block in body.decode().split("\n\n"):
        lines = [line for line in block.split("\n") if line and line[0] != ":"]
        if lines:
            fields = dict(line.split(": ", 1) for line in lines)
            found.append(
                Record(int(fields["id"]), fields["event"], fields["data"].encode())
            )
    return found


def events_of(body: bytes) -> list[TurnEvent]:
    events = [decode_event(record.data) for record in records(body)]
    return checked(events, events[0].seq if events else 0)


@dataclass
class Api:
    """Our REST routes, called as a client would; errors are answers too."""

    fetch: Any

    async def get(self, *path: str, **options: Any) -> HTTPResponse:
        return await self._call("GET", path, None, options)

    async def post(self, *path: str, body: Any = None, **options: Any) -> HTTPResponse:
        return await self._call("POST", path, body, options)

    async def patch(self, *path: str, body: Any, **options: Any) -> HTTPResponse:
        return await self._call("PATCH", path, body, options)

    async def delete(self, *path: str, **options: Any) -> HTTPResponse:
        return await self._call("DELETE", path, None, options)

    async def new_session(self) -> str:
        response = await self.post("sessions", body={})
        assert response.code == 201, response.body
        return str(json.loads(response.body)["id"])

    async def ask(self, session: str, question: str, **fields: Any) -> HTTPResponse:
        body = {"question": question, **fields}
        return await self.post("sessions", session, "ask", body=body)

    async def _call(
        self, method: str, path: tuple[str, ...], body: Any, options: dict[str, Any]
    ) -> HTTPResponse:
        headers = {"Content-Type": "application/json", **options.pop("headers", {})}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.fetch(
            "jupyter-llmchat/api",
            *path,
            method=method,
            headers=headers,
            body=raw if method in ("POST", "PATCH") else None,
            raise_error=False,
            **options,
        )
