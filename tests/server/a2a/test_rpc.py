from __future__ import annotations

from typing import Any

import pytest

from jupyter_llmchat.errors import LLMChatError, error_types
from jupyter_llmchat.server.a2a.rpc import (
    Kind,
    RpcError,
    call,
    call_id,
    failure,
    kind_of,
)

GOOD = {"jsonrpc": "2.0", "id": 1, "method": "tasks/get", "params": {"id": "t"}}


def test_a_call_is_read() -> None:
    found = call(GOOD)
    assert (found.method, found.id, found.params) == ("tasks/get", 1, {"id": "t"})


@pytest.mark.parametrize("given", ["a", "", 0, -1, None, 2**53])
def test_an_id_comes_back_as_it_was(given: Any) -> None:
    assert call(GOOD | {"id": given}).id == given
    assert call_id(GOOD | {"id": given}) == given


@pytest.mark.parametrize("given", [1.5, True, [], {}, 2**60, 10**30, "x" * 1001])
def test_what_can_be_no_id_is_refused_and_not_sent_back(given: Any) -> None:
    with pytest.raises(RpcError) as caught:
        call(GOOD | {"id": given})
    assert caught.value.kind is Kind.INVALID_REQUEST
    assert call_id(GOOD | {"id": given}) is None


@pytest.mark.parametrize(
    "given",
    [
        *([], [GOOD], "x", 1, None, {}),
        *({"method": "m"}, {"jsonrpc": "2.0"}, GOOD | {"jsonrpc": "1.0"}),
        GOOD | {"method": 1},
    ],
)
def test_what_is_no_call_is_refused(given: Any) -> None:
    with pytest.raises(RpcError) as caught:
        call(given)
    assert caught.value.kind is Kind.INVALID_REQUEST
    assert caught.value.hint


def test_the_codes_are_those_of_the_protocol() -> None:
    assert {each.name: each.code for each in Kind} == {
        "PARSE": -32700,
        "INVALID_REQUEST": -32600,
        "METHOD_NOT_FOUND": -32601,
        "INVALID_PARAMS": -32602,
        "INTERNAL": -32603,
        "TASK_NOT_FOUND": -32001,
        "TASK_NOT_CANCELABLE": -32002,
        "PUSH_NOT_SUPPORTED": -32003,
        "UNSUPPORTED_OPERATION": -32004,
        "CONTENT_TYPE_NOT_SUPPORTED": -32005,
        "VERSION_NOT_SUPPORTED": -32009,
    }


@pytest.mark.parametrize("kind", error_types().values(), ids=lambda kind: kind.code)
def test_an_error_of_ours_is_said_in_full(kind: type[LLMChatError]) -> None:
    error = kind("It broke.", "Ask again.")
    said = failure(error, 7)
    assert (said.jsonrpc, said.id) == ("2.0", 7)
    assert said.error["message"] == "It broke. Ask again."
    assert said.error["code"] == kind_of(error).code
    (details,) = said.error["data"]
    assert details["metadata"]["code"] == kind.code
    # Protocol buffers know only text here.
    assert {type(each) for each in details["metadata"].values()} == {str}


def test_what_can_be_tried_again_is_not_the_caller_s_fault() -> None:
    for kind in error_types().values():
        if kind.retryable:
            assert kind_of(kind("It broke.")) is Kind.INTERNAL
