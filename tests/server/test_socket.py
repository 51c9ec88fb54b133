from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tornado.websocket import WebSocketClientConnection

from jupyter_llmchat.protocol.codec import decode_frame
from jupyter_llmchat.protocol.events import TERMINAL, Complete, TurnEvent
from jupyter_llmchat.protocol.requests import Refused
from jupyter_llmchat.server import socket as module
from jupyter_llmchat.server.hub import BEHIND
from jupyter_llmchat.server.rate import EXCESS_BURST, FRAMES_BURST

from .builders import (
    Api,
    Script,
    checked,
    chunk,
    eventually,
    left_alone,
    records,
    said,
    text_of,
)
from .followers import hang_up


class Client:
    """A front end's end of the connection."""

    def __init__(self, connection: WebSocketClientConnection) -> None:
        self.connection = connection

    async def send(self, frame: Any) -> None:
        raw = frame if isinstance(frame, str | bytes) else json.dumps(frame)
        await self.connection.write_message(raw, binary=isinstance(raw, bytes))

    async def ask(self, session: str, question: str = "What?", **more: Any) -> None:
        await self.send(
            {"type": "ask", "session_id": session, "question": question, **more}
        )

    async def raw(self) -> bytes:
        message = await asyncio.wait_for(self.connection.read_message(), 20)
        assert message is not None, "the server closed the connection"
        return message.encode() if isinstance(message, str) else message

    async def frame(self) -> TurnEvent | Refused:
        return decode_frame(await self.raw())

    async def refusal(self) -> Refused:
        frame = await self.frame()
        assert isinstance(frame, Refused)
        assert frame.message.endswith(".")
        return frame

    async def answer(self) -> list[bytes]:
        """The frames of one turn up to its end; there is no other turn meanwhile."""
        frames = [await self.raw()]
        while not isinstance(decode_frame(frames[-1]), TERMINAL):
            frames.append(await self.raw())
        return frames

    async def closed(self) -> int | None:
        while await asyncio.wait_for(self.connection.read_message(), 20) is not None:
            pass
        return self.connection.close_code


def events_in(frames: list[bytes]) -> list[TurnEvent]:
    events = [decode_frame(frame) for frame in frames]
    assert not any(isinstance(event, Refused) for event in events)
    return checked(events, events[0].seq)  # type: ignore[arg-type, union-attr]


@pytest.fixture
async def connect(api: Api, jp_ws_fetch: Any) -> Any:
    opened: list[Client] = []

    async def connect(**options: Any) -> Client:
        address = ("jupyter-llmchat", "api", "socket")
        opened.append(Client(await jp_ws_fetch(*address, **options)))
        return opened[-1]

    yield connect
    for client in opened:
        hang_up(client.connection)


async def test_frames_are_the_payloads_of_the_event_stream(
    api: Api, connect: Any
) -> None:
    client = await connect()
    await client.ask(await api.new_session())
    frames = await client.answer()
    turn = events_in(frames)[0].turn_id
    stream = await api.get("turns", turn, "events")
    assert frames == [record.data for record in records(stream.body)]


async def test_a_turn_resumes_from_any_event_with_the_same_bytes(
    api: Api, connect: Any
) -> None:
    client = await connect()
    await client.ask(await api.new_session())
    whole = await client.answer()
    turn = events_in(whole)[0].turn_id
    other = await connect()
    for cut in range(len(whole)):
        await other.send({"type": "resume", "turn_id": turn, "from_seq": cut})
        assert await other.answer() == whole[cut:]


async def test_two_tabs_follow_one_turn(api: Api, connect: Any, script: Script) -> None:
    script.steps = (chunk("First."), go_on := asyncio.Event(), *said("Last."))
    first, second = await connect(), await connect()
    session = await api.new_session()
    await first.ask(session, client_message_id="mine")
    await second.ask(session, client_message_id="mine")
    await eventually(lambda: script.questions)
    go_on.set()
    assert await first.answer() == await second.answer()
    assert len(script.questions) == 1


async def test_following_a_turn_anew_replaces_what_came_before(
    api: Api, connect: Any, script: Script
) -> None:
    script.steps = (chunk("First."), go_on := asyncio.Event(), *said("Last."))
    client = await connect()
    await client.ask(await api.new_session())
    frames = [await client.raw() for _ in range(2)]
    turn = script.questions[0].turn_id
    await client.send({"type": "resume", "turn_id": turn, "from_seq": 2})
    await client.send({"type": "resume", "turn_id": "none"})
    assert (await client.refusal()).code == "not_found"
    go_on.set()
    assert text_of(events_in(frames + await client.answer())) == "First.Last."


async def test_a_turn_is_cancelled(api: Api, connect: Any, script: Script) -> None:
    script.steps = (chunk("Kept."), asyncio.Event())
    client = await connect()
    await client.ask(await api.new_session())
    frames = [await client.raw() for _ in range(2)]
    turn = script.questions[0].turn_id
    await client.send({"type": "cancel", "turn_id": turn})
    events = events_in(frames + await client.answer())
    assert isinstance(events[-1], Complete)
    assert (events[-1].finish_reason, text_of(events)) == ("cancelled", "Kept.")


async def test_closing_the_connection_does_not_stop_the_turn(
    api: Api, connect: Any, script: Script
) -> None:
    script.steps = (chunk("First."), go_on := asyncio.Event(), *said("Last."))
    client = await connect()
    await client.ask(await api.new_session())
    await client.raw()
    client.connection.close()
    go_on.set()
    again = await connect()
    await eventually(lambda: script.questions)
    turn = script.questions[0].turn_id
    await again.send({"type": "resume", "turn_id": turn})
    assert text_of(events_in(await again.answer())) == "First.Last."


BAD_FRAMES: dict[str, Any] = {
    "nothing": "",
    "no JSON": "what is it?",
    "a list": [],
    "no type": {},
    "unknown type": {"type": "shutdown"},
    "wrong type": {"type": "ask", "session_id": 5, "question": "Q"},
    "unknown field": {"type": "cancel", "turn_id": "t", "force": True},
    "missing field": {"type": "ask", "session_id": "s"},
    "negative": {"type": "resume", "turn_id": "t", "from_seq": -1},
    "long id": {"type": "cancel", "turn_id": "t" * 10_000},
    "deep": "[" * 100_000,
    "lone surrogate": '{"type": "cancel", "turn_id": "\\ud800"}',
    "binary": b"\xff\x00",
}


@pytest.mark.parametrize("frame", BAD_FRAMES.values(), ids=BAD_FRAMES.keys())
async def test_a_frame_that_does_not_fit_is_refused_and_the_next_one_works(
    api: Api, connect: Any, frame: Any
) -> None:
    client = await connect()
    await client.send(frame)
    assert (await client.refusal()).code == "bad_request"
    await client.ask(await api.new_session())
    assert text_of(events_in(await client.answer())) == "Forty-two."


async def test_a_refused_question_is_named(api: Api, connect: Any) -> None:
    client, session = await connect(), await api.new_session()
    await client.ask(session, " ", client_message_id="empty")
    refusal = await client.refusal()
    assert (refusal.code, refusal.client_message_id) == ("bad_request", "empty")
    await client.ask(session, "x" * 200_000, client_message_id="long")
    refusal = await client.refusal()
    assert (refusal.code, refusal.client_message_id) == ("too_large", "long")
    await client.ask("no-such", client_message_id="lost")
    refusal = await client.refusal()
    assert (refusal.code, refusal.client_message_id) == ("not_found", "lost")
    await client.ask(session, 5, client_message_id="odd")  # type: ignore[arg-type]
    refusal = await client.refusal()
    assert (refusal.code, refusal.client_message_id) == ("bad_request", "odd")


async def test_a_frame_over_the_limit_closes_only_that_connection(
    api: Api, connect: Any
) -> None:
    client = await connect()
    await client.ask("s", "x" * (1 << 20))
    assert await client.closed() == 1009
    other = await connect()
    await other.ask(await api.new_session())
    assert text_of(events_in(await other.answer())) == "Forty-two."


async def test_a_flood_is_warned_of_and_then_cut_off(connect: Any) -> None:
    client = await connect()
    for _ in range(FRAMES_BURST + EXCESS_BURST + 300):
        client.connection.write_message("{}")
    refusals = []
    async with asyncio.timeout(20):
        while (message := await client.connection.read_message()) is not None:
            refusals.append(json.loads(message)["code"])
    assert client.connection.close_code == 1008
    assert "busy" in refusals


async def test_after_the_cut_nothing_more_is_acted_on(
    api: Api, connect: Any, script: Script
) -> None:
    client, session = await connect(), await api.new_session()
    ask = json.dumps({"type": "ask", "session_id": session, "question": "What?"})
    for _ in range(FRAMES_BURST + EXCESS_BURST + 300):
        client.connection.write_message("{}")
    client.connection.write_message(ask)
    assert await client.closed() == 1008
    assert script.questions == []


@pytest.mark.parametrize("spoken", ["2", "0", "x"])
async def test_another_version_is_told_to_reload(connect: Any, spoken: str) -> None:
    client = await connect(params={"protocol": spoken})
    refusal = await client.refusal()
    assert refusal.code == "other_version"
    assert refusal.hint.startswith("Reload the page")
    assert await client.closed() == 1008


async def test_the_same_version_is_served(api: Api, connect: Any) -> None:
    client = await connect(params={"protocol": "1"})
    await client.ask(await api.new_session())
    assert text_of(events_in(await client.answer())) == "Forty-two."


async def test_a_refusal_names_the_turn_it_is_about(connect: Any) -> None:
    client = await connect()
    await client.send({"type": "resume", "turn_id": "lost"})
    assert (await client.refusal()).turn_id == "lost"
    await client.send({"type": "cancel", "turn_id": "gone", "force": True})
    assert (await client.refusal()).turn_id == "gone"


async def test_one_connection_follows_so_many_turns_at_most(
    api: Api, connect: Any, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FOLLOWED", 2)
    script.steps = (asyncio.Event(),)
    client, session = await connect(), await api.new_session()
    for number in range(2):
        await client.ask(session, str(number))
        await client.frame()
    await client.ask(session, "one too many")
    refusal = await client.refusal()
    assert (refusal.code, refusal.retryable) == ("busy", True)
    await eventually(lambda: len(script.questions) == 2)


async def test_a_connection_that_is_dropped_from_a_turn_can_resume(
    api: Api,
    connect: Any,
    script: Script,
    extension: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = [chunk("x", number) for number in range(BEHIND + 50)]
    script.steps = (go_on := asyncio.Event(), *words, *said("Last."))
    sent, send = 0, module.Socket._send

    async def slowly(self: Any, value: Any) -> None:
        nonlocal sent
        sent += 1
        if sent == 1:
            go_on.set()
            await eventually(lambda: not extension.services.turns_active)
        await send(self, value)

    client, session = await connect(), await api.new_session()
    monkeypatch.setattr(module.Socket, "_send", slowly)
    await client.ask(session)
    frames = [await client.raw()]
    while not isinstance(decode_frame(frames[-1]), Refused):
        frames.append(await client.raw())
    refusal = decode_frame(frames.pop())
    assert isinstance(refusal, Refused)
    assert refusal.code == "busy"
    place = len(frames)
    assert f"event {place}" in refusal.hint
    turn = script.questions[0].turn_id
    await client.send({"type": "resume", "turn_id": turn, "from_seq": place})
    assert text_of(events_in(frames + await client.answer())).endswith("Last.")


async def test_a_client_that_takes_nothing_is_cut_off_and_can_resume(
    api: Api,
    connect: Any,
    script: Script,
    extension: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "WRITE_S", 0.1)
    script.steps = said(*["x" * 1_000_000] * 12)
    client = await connect()
    await client.ask(await api.new_session())
    # A client's library reads one message ahead and then leaves the rest where it is.
    await eventually(lambda: script.questions)
    turn = script.questions[0].turn_id
    await left_alone(extension.services, turn)
    frames = len(records((await api.get("turns", turn, "events")).body))
    assert frames == len(script.steps) + 1
    assert await client.closed() is not None
    monkeypatch.setattr(module, "WRITE_S", 20.0)
    other = await connect()
    await other.send({"type": "resume", "turn_id": turn, "from_seq": frames - 2})
    assert len(await other.answer()) == 2
