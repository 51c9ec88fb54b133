from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp

from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.protocol.events import Chunk, Complete, Error, Start
from jupyter_llmchat.server import ask as module

from .builders import (
    Api,
    Script,
    chunk,
    decision,
    events_of,
    eventually,
    left_alone,
    records,
    said,
    text_of,
)


async def asked(
    app: ServerApp, session: str, port: int, base_url: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Asks over a bare connection and reads up to the first event."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = b'{"question": "What is it?"}'
    head = (
        f"POST {base_url}jupyter-llmchat/api/sessions/{session}/ask HTTP/1.1",
        "Host: localhost",
        f"Authorization: token {app.identity_provider.token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)
    await asyncio.wait_for(reader.readuntil(b"event: start"), 20)
    return reader, writer


async def test_an_answer_is_a_stream_of_named_and_numbered_events(api: Api) -> None:
    response = await api.ask(await api.new_session(), "What is it?")
    assert response.code == 200
    assert response.headers["Content-Type"] == "text/event-stream"
    assert "no-cache" in response.headers["Cache-Control"]
    found = records(response.body)
    assert [each.id for each in found] == list(range(8))
    assert [each.name for each in found] == [
        *("start", "decision", "stage"),
        *("progress", "progress", "progress", "stage", "complete"),
    ]
    assert text_of(events_of(response.body)) == "Forty-two."


async def test_events_arrive_while_the_answer_is_written(
    api: Api, script: Script
) -> None:
    arrived = bytearray()
    script.steps = (chunk("First."), go_on := asyncio.Event(), *said("Last."))
    body = {"question": "What is it?"}
    asking = asyncio.create_task(
        api.post(
            "sessions",
            await api.new_session(),
            "ask",
            body=body,
            streaming_callback=arrived.extend,
        )
    )
    await eventually(lambda: b"First." in arrived)
    assert b"Last." not in arrived
    go_on.set()
    await asking
    assert text_of(events_of(bytes(arrived))) == "First.Last."


async def test_a_stream_resumes_after_any_event_with_the_same_bytes(api: Api) -> None:
    response = await api.ask(await api.new_session(), "What is it?")
    whole = records(response.body)
    turn = events_of(response.body)[0].turn_id
    for cut in range(len(whole)):
        headers = {"Last-Event-ID": str(whole[cut].id)}
        rest = await api.get("turns", turn, "events", headers=headers)
        assert records(rest.body) == whole[cut + 1 :]
        again = await api.get("turns", turn, "events", params={"from_seq": cut})
        assert records(again.body) == whole[cut:]
        assert response.body.endswith(again.body.removeprefix(module.HEARTBEAT))


@pytest.mark.parametrize("given", ["-1", "x", "1.5", "", "9" * 30, "²"])
async def test_a_place_that_is_none_is_refused(api: Api, given: str) -> None:
    response = await api.ask(await api.new_session(), "What is it?")
    turn = events_of(response.body)[0].turn_id
    refused = await api.get("turns", turn, "events", params={"from_seq": given})
    assert (refused.code, json.loads(refused.body)["code"]) == (400, "bad_request")


async def test_a_place_after_the_last_event_is_refused(api: Api) -> None:
    response = await api.ask(await api.new_session(), "What is it?")
    turn = events_of(response.body)[0].turn_id
    refused = await api.get("turns", turn, "events", params={"from_seq": 99})
    assert refused.code == 400
    assert "no event 99" in json.loads(refused.body)["message"]


async def test_a_client_that_hangs_up_does_not_stop_the_turn(
    api: Api,
    script: Script,
    jp_serverapp: ServerApp,
    jp_base_url: str,
    http_server_client: Any,
) -> None:
    script.steps = (chunk("First."), go_on := asyncio.Event(), *said("Last."))
    session = await api.new_session()
    port = http_server_client.get_http_port()
    _, writer = await asked(jp_serverapp, session, port, jp_base_url)
    writer.close()
    await eventually(lambda: script.questions)
    turn = script.questions[0].turn_id
    go_on.set()
    rest = await api.get("turns", turn, "events")
    assert text_of(events_of(rest.body)) == "First.Last."
    messages = json.loads((await api.get("sessions", session, "messages")).body)
    assert messages["messages"][1]["state"] == "complete"


async def test_a_listener_that_hangs_up_is_forgotten(
    api: Api,
    script: Script,
    extension: Any,
    jp_serverapp: ServerApp,
    jp_base_url: str,
    http_server_client: Any,
) -> None:
    script.steps = (asyncio.Event(),)
    session = await api.new_session()
    port = http_server_client.get_http_port()
    _, writer = await asked(jp_serverapp, session, port, jp_base_url)
    writer.close()
    await eventually(lambda: script.questions)
    await left_alone(extension.services, script.questions[0].turn_id)
    assert extension.services.turns_active == 1


async def test_a_client_that_takes_nothing_is_cut_off_and_can_resume(
    api: Api,
    script: Script,
    extension: Any,
    jp_serverapp: ServerApp,
    jp_base_url: str,
    http_server_client: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "WRITE_S", 0.1)
    script.steps = (go_on := asyncio.Event(), *said(*["x" * 1_000_000] * 12))
    session = await api.new_session()
    port = http_server_client.get_http_port()
    reader, writer = await asked(jp_serverapp, session, port, jp_base_url)
    await eventually(lambda: script.questions)
    turn = script.questions[0].turn_id
    go_on.set()
    await left_alone(extension.services, turn)
    arrived = b""
    with contextlib.suppress(ConnectionError):
        arrived = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    assert b"event: complete" not in arrived
    monkeypatch.setattr(module, "WRITE_S", 20.0)
    rest = await api.get("turns", turn, "events", params={"from_seq": 3})
    assert len(text_of(events_of(rest.body))) == 12_000_000


async def test_a_quiet_stream_shows_that_it_is_alive(
    api: Api, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HEARTBEAT_S", 0.01)
    arrived = bytearray()
    script.steps = (go_on := asyncio.Event(), *said("Done."))
    asking = asyncio.create_task(
        api.post(
            "sessions",
            await api.new_session(),
            "ask",
            body={"question": "What is it?"},
            streaming_callback=arrived.extend,
        )
    )
    await eventually(lambda: arrived.count(b": alive\n\n") > 2)
    go_on.set()
    await asking
    assert text_of(events_of(bytes(arrived))) == "Done."


async def test_a_stream_is_never_quiet_for_long_nor_held_back_to_be_compressed(
    api: Api,
) -> None:
    assert module.HEARTBEAT_S <= 15
    session = await api.new_session()
    asked = await api.ask(session, "What is it?")
    turn = events_of(asked.body)[0].turn_id
    headers = {"Accept-Encoding": "gzip"}
    stream = await api.get("turns", turn, "events", headers=headers)
    assert "Content-Encoding" not in stream.headers
    assert stream.headers["X-Accel-Buffering"] == "no"


async def test_a_turn_says_how_many_listen(api: Api, script: Script) -> None:
    async def listeners() -> int:
        stored = await api.get("turns", script.questions[0].turn_id)
        return int(json.loads(stored.body)["listeners"])

    script.steps = (go_on := asyncio.Event(), *said("Done."))
    asking = asyncio.create_task(api.ask(await api.new_session(), "What is it?"))
    await eventually(lambda: script.questions)
    assert await listeners() == 1
    turn = script.questions[0].turn_id
    listening = asyncio.create_task(api.get("turns", turn, "events"))
    async with asyncio.timeout(20):
        while await listeners() < 2:
            await asyncio.sleep(0.01)
    go_on.set()
    await asyncio.gather(asking, listening)
    assert await listeners() == 0


async def test_cancelling_keeps_what_was_said(api: Api, script: Script) -> None:
    script.steps = (chunk("Kept."), asyncio.Event(), *said("Never."))
    session = await api.new_session()
    asking = asyncio.create_task(api.ask(session, "What is it?"))
    await eventually(lambda: script.questions)
    turn = script.questions[0].turn_id
    cancelled = await api.post("turns", turn, "cancel", body={})
    assert json.loads(cancelled.body) == {"stopping": True}
    events = events_of((await asking).body)
    assert isinstance(events[-1], Complete)
    assert (events[-1].finish_reason, text_of(events)) == ("cancelled", "Kept.")
    again = await api.post("turns", turn, "cancel", body={})
    assert json.loads(again.body) == {"stopping": False}
    stored = json.loads((await api.get("turns", turn)).body)
    assert (stored["state"], stored["finish_reason"]) == ("cancelled", "cancelled")


async def test_a_turn_is_shown_with_its_decisions(api: Api) -> None:
    response = await api.ask(await api.new_session(), "What is it?")
    turn = json.loads(
        (await api.get("turns", events_of(response.body)[0].turn_id)).body
    )
    assert (turn["state"], turn["strategy"]) == ("complete", "simple")
    (stored,) = turn["decisions"]
    assert (stored["name"], stored["chosen"]) == ("strategy", "simple")
    probabilities = [each["probability"] for each in stored["options"]]
    assert probabilities == [each.probability for each in decision().options]


async def test_repeating_a_question_gives_one_turn(api: Api, script: Script) -> None:
    session = await api.new_session()
    responses = await asyncio.gather(
        *(api.ask(session, "What is it?", client_message_id="mine") for _ in range(8))
    )
    assert len({response.body for response in responses}) == 1
    assert len(script.questions) == 1
    conflict = await api.ask(session, "And now?", client_message_id="mine")
    assert (conflict.code, json.loads(conflict.body)["code"]) == (409, "conflict")


async def test_two_listeners_get_the_same(api: Api, script: Script) -> None:
    script.steps = (chunk("First."), go_on := asyncio.Event(), *said("Last."))
    asking = asyncio.create_task(api.ask(await api.new_session(), "What is it?"))
    await eventually(lambda: script.questions)
    turn = script.questions[0].turn_id
    listening = asyncio.create_task(api.get("turns", turn, "events"))
    await asyncio.sleep(0.02)
    go_on.set()
    assert records((await asking).body) == records((await listening).body)


async def test_a_model_that_fails_mid_answer_ends_the_stream_with_its_words(
    api: Api, script: Script
) -> None:
    error = ModelUnavailable("The model has gone.", "Set another one.")
    script.steps = (chunk("So far."), error)
    response = await api.ask(await api.new_session(), "What is it?")
    assert response.code == 200
    events = events_of(response.body)
    assert isinstance(events[0], Start)
    assert [event.text for event in events if isinstance(event, Chunk)] == ["So far."]
    end = events[-1]
    assert isinstance(end, Error)
    assert (end.code, end.hint) == ("model_unavailable", "Set another one.")
