"""The public clients of both versions against a real server with a fake model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_llmchat.kernel.client import ChatClient
from tests.server.served import served

from .running_client import VERSIONS, run

STAGED = "tests.server.a2a.staged_server"

pytestmark = pytest.mark.timeout(180)

QUESTION = "What is it?"
STAGES = {"analysis": "It is a number.", "core": "Forty-two."}


@pytest.fixture(scope="module", params=VERSIONS)
def seen(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """What a client has seen of everything that it can do."""
    folder = tmp_path_factory.mktemp(request.param)
    with served(folder, module=STAGED) as server:
        yield run(request.param, server, QUESTION, "Wait for it.")


def test_the_card_is_understood(seen: dict[str, Any]) -> None:
    card = seen["card"]
    assert card["capabilities"]["streaming"] is True
    assert card["skills"][0]["id"] == "answer"
    assert "jupyter" in card["securitySchemes"]


def test_without_a_valid_token_there_is_no_card(seen: dict[str, Any]) -> None:
    assert seen["wrong token"] == 403


def test_a_message_is_answered_by_its_task(seen: dict[str, Any]) -> None:
    assert (seen["sent"]["state"], seen["sent"]["stages"]) == ("completed", STAGES)
    assert seen["sent"]["history"] == [QUESTION]


def test_a_task_is_found_again(seen: dict[str, Any]) -> None:
    assert seen["got"] == seen["sent"]
    assert seen["without history"] == seen["sent"] | {"history": []}


def test_a_stream_tells_each_stage_as_an_artifact(seen: dict[str, Any]) -> None:
    task, *told = seen["streamed"]
    assert (task["task"]["state"], task["task"]["stages"]) == ("submitted", {})
    assert told[0] == {"state": "working", "final": False}
    assert told[-1] == {"state": "completed", "final": True}
    pieces = [
        (each["stage"], each["text"], each["append"], each["last"])
        for each in told[1:-1]
    ]
    assert pieces == [
        ("analysis", "It is ", False, False),
        ("analysis", "a number.", True, False),
        ("analysis", "", True, True),
        ("core", "Forty", False, False),
        ("core", "-two", True, False),
        ("core", ".", True, False),
        ("core", "", True, True),
    ]


def test_a_conversation_goes_on_without_waiting(seen: dict[str, Any]) -> None:
    assert seen["again"]["context"] == seen["sent"]["context"]
    assert seen["again"]["id"] != seen["sent"]["id"]
    assert seen["again"]["state"] == "submitted"


def test_a_stream_is_left_joined_and_stopped(seen: dict[str, Any]) -> None:
    found = seen["broken off"]
    assert found["first"][-1]["text"] == "It is "
    assert found["joined"]["task"]["state"] == "working"
    assert found["joined"]["task"]["stages"] == {"analysis": "It is "}
    assert found["stopped"]["state"] == "canceled"
    assert found["stopped"]["stages"] == {"analysis": "It is "}
    assert found["rest"][-1] == {"state": "canceled", "final": True}


def test_errors_have_the_codes_of_the_protocol_and_our_words(
    seen: dict[str, Any],
) -> None:
    errors = seen["errors"]
    assert {name: code for name, (code, _) in errors.items()} == {
        "no task": -32001,
        "ended": -32002,
        "no context": -32602,
        "more": -32004,
        "file": -32005,
        "empty": -32602,
        "empty stream": -32602,
        "listen": -32004,
    }
    assert errors["empty stream"][1] == "The question is empty. Write a question."


@pytest.mark.parametrize("seen", ["v1"], indirect=True)
def test_the_newer_client_is_also_served_in_0_3(seen: dict[str, Any]) -> None:
    assert seen["as 0.3"]["sent"]["stages"] == STAGES
    assert seen["as 0.3"]["streamed"][1:] == seen["streamed"][1:]


def test_a_server_that_does_not_keep_the_data_passes_calls_on(tmp_path: Path) -> None:
    first = served(tmp_path, name="one", module=STAGED)
    second = served(tmp_path, name="two", module=STAGED)
    with first as keeper, second as other:
        seen = run("v1", other, QUESTION, "Wait for it.")
        (card,) = {each["url"] for each in seen["card"]["supportedInterfaces"]}
        client = ChatClient(keeper)
        kept = client.turn(seen["sent"]["id"])
        client.close()
    assert card.startswith(other.url)
    assert kept.session_id == seen["sent"]["context"]
    assert seen["streamed"][-1] == {"state": "completed", "final": True}
    assert seen["broken off"]["rest"][-1] == {"state": "canceled", "final": True}
    assert seen["errors"]["empty stream"][0] == -32602
