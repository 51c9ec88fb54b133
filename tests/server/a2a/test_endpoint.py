from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp

from jupyter_llmchat.errors import StoreUnavailable
from jupyter_llmchat.server import ask
from jupyter_llmchat.server.a2a import endpoint
from jupyter_llmchat.server.a2a.agent import Agent
from jupyter_llmchat.server.app import LLMChatApp
from tests.server.builders import Api, Script, chunk, complete, eventually, said

from .builders import Rpc, answers, v0, v1

CARDS = tuple(
    f"{below}.well-known/{name}.json"
    for below in ("", f"{endpoint.CALLS}/")
    for name in ("agent", "agent-card")
)


@pytest.mark.parametrize("path", CARDS)
async def test_the_card_is_where_clients_look(
    jp_fetch: Any, jp_base_url: str, rpc: Rpc, path: str
) -> None:
    response = await jp_fetch(path)
    card = json.loads(response.body)
    assert response.headers["Content-Type"].startswith("application/json")
    assert card["url"] == card["supportedInterfaces"][0]["url"]
    assert card["url"].endswith(f"{jp_base_url}{endpoint.CALLS}")
    assert card["url"].startswith("http://127.0.0.1:")


async def test_a_message_is_answered_in_its_own_version(rpc: Rpc) -> None:
    old = await rpc.call("message/send", v0())
    new = await rpc.call("SendMessage", v1(), **{"A2A-Version": "1.0"})
    assert (old["jsonrpc"], old["id"], old["result"]["kind"]) == ("2.0", 7, "task")
    assert old["result"]["status"]["state"] == "completed"
    assert new["result"]["task"]["status"]["state"] == "TASK_STATE_COMPLETED"
    (artifact,) = new["result"]["task"]["artifacts"]
    assert artifact["parts"] == [{"text": "Forty-two."}]


@pytest.mark.parametrize(
    ("method", "params"), [("message/stream", v0()), ("SendStreamingMessage", v1())]
)
async def test_a_stream_begins_with_the_task_and_ends_with_its_end(
    rpc: Rpc, method: str, params: Any
) -> None:
    told = await rpc.call(method, params)
    assert {each["id"] for each in told} == {7}
    assert "history" in str(told[0])
    assert "working" in str(told[1]).lower()
    assert "completed" in str(told[-1]).lower()
    assert len(told) == 7


async def test_a_stream_is_not_kept_by_proxies(rpc: Rpc) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "message/stream", "params": v0()}
    response = await rpc.post(body)
    assert response.headers["Content-Type"] == "text/event-stream"
    assert "no-cache" in response.headers["Cache-Control"]


async def test_pieces_arrive_while_the_answer_is_written(
    rpc: Rpc, jp_fetch: Any, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask, "HEARTBEAT_S", 0.01)
    arrived = bytearray()
    script.steps = (chunk("First."), go_on := asyncio.Event(), *said("Last."))
    body = {"jsonrpc": "2.0", "id": 7, "method": "message/stream", "params": v0()}
    asking = asyncio.ensure_future(
        jp_fetch(
            endpoint.CALLS,
            method="POST",
            headers={"Content-Type": "application/json"},
            body=json.dumps(body),
            streaming_callback=arrived.extend,
        )
    )
    await eventually(lambda: b"First." in arrived and b": alive\n\n" in arrived)
    assert b"Last." not in arrived
    go_on.set()
    await asking
    assert b'"final":true' in arrived


async def test_who_does_not_wait_gets_the_task_at_once(
    rpc: Rpc, script: Script
) -> None:
    script.steps = (go_on := asyncio.Event(), *said("Done."))
    how = {"configuration": {"returnImmediately": True}}
    task = (await rpc.call("SendMessage", v1() | how))["result"]["task"]
    assert task["status"]["state"] == "TASK_STATE_SUBMITTED"
    stream = asyncio.create_task(rpc.call("SubscribeToTask", {"id": task["id"]}))
    await eventually(lambda: script.questions)
    go_on.set()
    first, *_, last = await stream
    assert first["result"]["task"]["id"] == task["id"]
    assert last["result"]["statusUpdate"]["status"]["state"] == "TASK_STATE_COMPLETED"


async def test_joining_continues_what_was_told(rpc: Rpc, script: Script) -> None:
    script.steps = (chunk("First."), go_on := asyncio.Event(), *said("Last."))
    how = {"configuration": {"blocking": False}}
    task = (await rpc.call("message/send", v0() | how))["result"]
    asked = {"id": task["id"]}

    async def begun() -> bool:
        found = (await rpc.call("tasks/get", asked))["result"]
        return "artifacts" in found

    while not await begun():
        await asyncio.sleep(0.005)
    joining = asyncio.create_task(rpc.call("tasks/resubscribe", asked))
    await asyncio.sleep(0.02)
    go_on.set()
    first, *rest = [each["result"] for each in await joining]
    assert first["artifacts"][0]["parts"][0]["text"] == "First."
    pieces = [each for each in rest if each["kind"] == "artifact-update"]
    assert all(each["append"] for each in pieces)
    assert pieces[0]["artifact"]["parts"][0]["text"] == "Last."
    assert rest[-1]["final"]


async def test_as_much_history_is_sent_as_was_asked_for(rpc: Rpc) -> None:
    task = (await rpc.call("message/send", v0()))["result"]
    for length, expected in ((None, 1), (0, 0), (1, 1), (9, 1)):
        asked = {"id": task["id"], "historyLength": length}
        found = (await rpc.call("tasks/get", asked))["result"]
        assert len(found.get("history", [])) == expected


async def test_cancelling_answers_with_the_task(rpc: Rpc, script: Script) -> None:
    script.steps = (chunk("Kept."), asyncio.Event())
    how = {"configuration": {"returnImmediately": True}}
    task = (await rpc.call("SendMessage", v1() | how))["result"]["task"]
    await eventually(lambda: script.questions)
    stopped = (await rpc.call("CancelTask", {"id": task["id"]}))["result"]
    assert stopped["status"]["state"] == "TASK_STATE_CANCELED"
    code, text = await rpc.error("CancelTask", {"id": task["id"]})
    assert (code, "ended" in text) == (-32002, True)


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("nothing", {}, -32601),
        ("tasks/list", {}, -32601),
        ("ListTasks", {}, -32004),
        ("tasks/pushNotificationConfig/get", {}, -32003),
        ("tasks/get", {}, -32602),
        ("tasks/get", [], -32602),
        ("GetTask", {"id": "nothing"}, -32001),
        ("tasks/cancel", {"id": "nothing"}, -32001),
        ("tasks/resubscribe", {"id": "nothing"}, -32001),
        ("SubscribeToTask", {"id": "nothing"}, -32001),
        ("message/send", v0(" "), -32602),
        ("message/stream", v0(" "), -32602),
        ("SendMessage", v1(contextId="nothing"), -32602),
        ("SendMessage", v1(parts=[{"url": "http://x.example"}]), -32005),
        ("message/send", v0("x" * 1_000_000), -32602),
    ],
)
async def test_errors_are_answers_with_a_code(
    rpc: Rpc, method: str, params: Any, code: int
) -> None:
    found, text = await rpc.error(method, params)
    assert (found, text[-1]) == (code, ".")


async def test_another_version_is_refused(rpc: Rpc) -> None:
    code, _ = await rpc.error("GetTask", {"id": "t"}, **{"A2A-Version": "2.0"})
    assert code == -32009


@pytest.mark.parametrize(
    ("body", "code", "id"),
    [
        (b"", -32700, None),
        (b"{", -32700, None),
        (b"\xff", -32700, None),
        (b"[" * 100_000, -32700, None),
        (b"[]", -32600, None),
        (b"7", -32600, None),
        (b'{"id": "x"}', -32600, "x"),
        (b'{"jsonrpc": "2.0", "id": {}, "method": "tasks/get"}', -32600, None),
        (b'{"jsonrpc": "2.0", "method": "tasks/get"}', -32602, None),
    ],
)
async def test_what_is_no_call_is_answered_too(
    rpc: Rpc, body: bytes, code: int, id: Any
) -> None:
    told = answers(await rpc.post(body))
    assert (told["error"]["code"], told["id"]) == (code, id)
    assert told["error"]["message"]


async def test_a_form_of_another_site_is_no_call(rpc: Rpc) -> None:
    body = {"jsonrpc": "2.0", "id": 7, "method": "tasks/get"}
    told = answers(await rpc.post(body, **{"Content-Type": "text/plain"}))
    assert told["error"]["code"] == -32600


async def test_too_large_is_told_by_http_as_well(
    rpc: Rpc, extension: LLMChatApp
) -> None:
    response = await rpc.post(b" " * (extension.body_bytes + 1))
    assert response.code == 413
    assert json.loads(response.body)["error"]["code"] == -32600


async def test_too_many_questions_can_be_asked_again(
    rpc: Rpc, script: Script, extension: LLMChatApp
) -> None:
    script.steps = (asyncio.Event(),)
    assert extension.services is not None
    (await extension.services.turns())._limits = extension.services.limits.__class__(
        turns_waiting=1
    )
    how = {"configuration": {"blocking": False}}
    await rpc.call("message/send", v0() | how)
    body = {"jsonrpc": "2.0", "id": 7, "method": "message/send", "params": v0()}
    error = answers(await rpc.post(body))["error"]
    about = error["data"][0]["metadata"]
    assert (error["code"], about["code"], about["retryable"]) == (
        *(-32603, "busy"),
        "true",
    )


async def test_what_is_unexpected_leaves_without_its_details(
    rpc: Rpc, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(Agent, "look", broken)
    code, text = await rpc.error("tasks/get", {"id": "t"})
    assert (code, "secret" in text) == (-32603, False)


async def test_a_store_that_is_gone_is_told(
    rpc: Rpc, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: Any) -> None:
        raise StoreUnavailable("The disk is gone.", "Look for it.")

    monkeypatch.setattr(Agent, "send", gone)
    for method, params in (("message/stream", v0()), ("SendMessage", v1())):
        told = await rpc.error(method, params)
        assert told == (-32603, "The disk is gone. Look for it.")


async def test_a_caller_who_hangs_up_does_not_stop_the_task(
    api: Api,
    script: Script,
    extension: LLMChatApp,
    jp_serverapp: ServerApp,
    jp_base_url: str,
    http_server_client: Any,
) -> None:
    script.steps = (go_on := asyncio.Event(), chunk("Done."), complete())
    call = {"jsonrpc": "2.0", "id": 7, "method": "message/send", "params": v0()}
    body = json.dumps(call).encode()
    head = (
        f"POST {jp_base_url}{endpoint.CALLS} HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {jp_serverapp.identity_provider.token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    port = http_server_client.get_http_port()
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)
    await eventually(lambda: script.questions)
    writer.close()
    go_on.set()
    assert extension.services is not None
    await eventually(lambda: not extension.services.turns_active)
    turn = json.loads((await api.get("turns", script.questions[0].turn_id)).body)
    assert turn["state"] == "complete"
