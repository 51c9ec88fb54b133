from __future__ import annotations

import json
from typing import Any

import pytest

from jupyter_llmchat.protocol.codec import encode
from jupyter_llmchat.protocol.requests import AskOptions
from jupyter_llmchat.server.a2a.progress import begun, reached
from jupyter_llmchat.server.a2a.rpc import Kind, RpcError
from jupyter_llmchat.server.a2a.wire import Sent
from jupyter_llmchat.server.a2a.wire_v1 import Version1

from .builders import staged, started, v1

WIRE = Version1()


def said(value: Any) -> Any:
    return json.loads(encode(value))


def test_a_message_is_read() -> None:
    assert WIRE.sent(v1()) == Sent(
        client_message_id="m1",
        text="What is it?",
        context_id=None,
        task_id=None,
        blocking=True,
        history_length=None,
        options=AskOptions(),
    )


def test_how_it_is_to_be_answered_is_read() -> None:
    how = {
        "acceptedOutputModes": ["text"],
        "returnImmediately": True,
        "historyLength": 0,
    }
    given = v1(contextId="c", taskId="t", extensions=["unknown"])
    found = WIRE.sent(given | {"configuration": how, "metadata": {"seed": 7}})
    assert (found.context_id, found.task_id) == ("c", "t")
    assert (found.blocking, found.history_length) == (False, 0)
    assert found.options == AskOptions(seed=7)


@pytest.mark.parametrize(
    "given",
    [
        *(None, [], "x", {}, {"message": {}}, v1(role="ROLE_AGENT"), v1(role=2)),
        *(v1(parts=None), v1(parts=[{"text": 1}]), v1(messageId=1)),
        v1() | {"configuration": {"historyLength": -1}},
    ],
)
def test_what_does_not_fit_is_refused(given: Any) -> None:
    with pytest.raises(RpcError) as caught:
        WIRE.sent(given)
    assert caught.value.kind is Kind.INVALID_PARAMS


def test_an_enumeration_may_be_a_number() -> None:
    assert WIRE.sent(v1(role=1)).text == "What is it?"


@pytest.mark.parametrize("kind", ["raw", "url", "data"])
def test_files_and_data_are_refused_by_name(kind: str) -> None:
    part = {kind: "", "mediaType": "text/plain"}
    with pytest.raises(RpcError) as caught:
        WIRE.sent(v1(parts=[part]))
    assert caught.value.kind is Kind.CONTENT_TYPE_NOT_SUPPORTED


def test_a_push_address_is_refused() -> None:
    how = {"taskPushNotificationConfig": {"url": "http://x.example"}}
    with pytest.raises(RpcError) as caught:
        WIRE.sent(v1() | {"configuration": how})
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
    assert WIRE.reply(task) == WIRE.told(task)
    assert said(WIRE.reply(task)) == {"task": said(WIRE.task(task))}
    assert said(WIRE.task(task)) == {
        "id": "t",
        "contextId": "s",
        "status": {
            "state": "TASK_STATE_COMPLETED",
            "timestamp": "1970-01-01T00:00:01.005Z",
        },
        "artifacts": [
            {
                "artifactId": "core",
                "name": "core",
                "parts": [{"text": "Forty-two."}],
            }
        ],
        "history": [
            {
                "messageId": "m",
                "role": "ROLE_USER",
                "parts": [{"text": "q"}],
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
    status = {"state": "TASK_STATE_WORKING", "timestamp": "1970-01-01T00:00:01.000Z"}
    assert working == {
        "statusUpdate": {"taskId": "t", "contextId": "s", "status": status}
    }
    assert first == {
        "artifactUpdate": {
            "taskId": "t",
            "contextId": "s",
            "artifact": {
                "artifactId": "core",
                "name": "core",
                "parts": [{"text": "Forty"}],
            },
        }
    }
    assert last["artifactUpdate"]["append"]
    assert last["artifactUpdate"]["lastChunk"]
    assert last["artifactUpdate"]["artifact"]["parts"] == [{"text": ""}]
    assert done["statusUpdate"]["status"]["state"] == "TASK_STATE_COMPLETED"
