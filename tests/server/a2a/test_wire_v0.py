from __future__ import annotations

import json
from typing import Any

import pytest

from jupyter_llmchat.protocol.codec import encode
from jupyter_llmchat.protocol.requests import AskOptions
from jupyter_llmchat.server.a2a.progress import begun, reached
from jupyter_llmchat.server.a2a.rpc import Kind, RpcError
from jupyter_llmchat.server.a2a.wire import Sent
from jupyter_llmchat.server.a2a.wire_v0 import Version0

from .builders import staged, started, v0

WIRE = Version0()


def said(value: Any) -> Any:
    return json.loads(encode(value))


def test_a_message_is_read() -> None:
    assert WIRE.sent(v0()) == Sent(
        client_message_id="m1",
        text="What is it?",
        context_id=None,
        task_id=None,
        blocking=True,
        history_length=None,
        options=AskOptions(),
    )


def test_how_it_is_to_be_answered_is_read() -> None:
    how = {"acceptedOutputModes": ["text"], "blocking": False, "historyLength": 0}
    given = v0(contextId="c", taskId="t", extensions=["unknown"])
    found = WIRE.sent(given | {"configuration": how, "metadata": {"seed": 7}})
    assert (found.context_id, found.task_id) == ("c", "t")
    assert (found.blocking, found.history_length) == (False, 0)
    assert found.options == AskOptions(seed=7)


@pytest.mark.parametrize(
    "given",
    [
        *(None, [], "x", {}, {"message": {}}, v0(role="agent"), v0(role="x")),
        *(v0(parts=None), v0(parts=[{"kind": "text"}]), v0(parts=[{"kind": "x"}])),
        *(v0(messageId=1), v0(parts=[{"text": "no kind"}])),
        v0() | {"configuration": {"historyLength": -1}},
    ],
)
def test_what_does_not_fit_is_refused(given: Any) -> None:
    with pytest.raises(RpcError) as caught:
        WIRE.sent(given)
    assert caught.value.kind is Kind.INVALID_PARAMS


@pytest.mark.parametrize("kind", ["file", "data"])
def test_files_and_data_are_refused_by_name(kind: str) -> None:
    part = {"kind": kind, "file": {"bytes": ""}, "data": {}}
    with pytest.raises(RpcError) as caught:
        WIRE.sent(v0(parts=[part]))
    assert caught.value.kind is Kind.CONTENT_TYPE_NOT_SUPPORTED


def test_a_push_address_is_refused() -> None:
    how = {"pushNotificationConfig": {"url": "http://x.example"}}
    with pytest.raises(RpcError) as caught:
        WIRE.sent(v0() | {"configuration": how})
    assert caught.value.kind is Kind.PUSH_NOT_SUPPORTED


def test_a_task_is_named() -> None:
    found = WIRE.named({"id": "t", "historyLength": 1, "metadata": {}})
    assert (found.task_id, found.history_length) == ("t", 1)
    with pytest.raises(RpcError):
        WIRE.named({})


def test_a_task_is_written() -> None:
    task = reached(staged()).task
    metadata = said(WIRE.task(task)).pop("metadata")
    assert metadata["finish_reason"] == "stop"
    assert WIRE.reply(task) == WIRE.told(task) == WIRE.task(task)
    assert said(WIRE.task(task)) == {
        "kind": "task",
        "id": "t",
        "contextId": "s",
        "status": {"state": "completed", "timestamp": "1970-01-01T00:00:01.005Z"},
        "artifacts": [
            {
                "artifactId": "core",
                "name": "core",
                "parts": [{"kind": "text", "text": "Forty-two."}],
            }
        ],
        "history": [
            {
                "kind": "message",
                "messageId": "m",
                "role": "user",
                "parts": [{"kind": "text", "text": "q"}],
                "contextId": "s",
                "taskId": "t",
            }
        ],
        "metadata": metadata,
    }


def test_pieces_are_written() -> None:
    progress, pieces = begun(started()), []
    for event in staged()[1:]:
        pieces += [said(WIRE.told(each)) for each in progress.updates(event)]
        progress = progress.after(event)
    working, first, *_, last, done = pieces
    assert working == {
        "kind": "status-update",
        "taskId": "t",
        "contextId": "s",
        "status": {"state": "working", "timestamp": "1970-01-01T00:00:01.000Z"},
        "final": False,
    }
    part = {"kind": "text", "text": "Forty"}
    assert first == {
        "kind": "artifact-update",
        "taskId": "t",
        "contextId": "s",
        "artifact": {"artifactId": "core", "name": "core", "parts": [part]},
        "append": False,
        "lastChunk": False,
    }
    assert (last["append"], last["lastChunk"]) == (True, True)
    assert (done["final"], done["status"]["state"]) == (True, "completed")
