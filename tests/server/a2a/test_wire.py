from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_llmchat.protocol.requests import AskOptions
from jupyter_llmchat.server.a2a.rpc import Kind, RpcError
from jupyter_llmchat.server.a2a.wire import (
    check_configuration,
    check_role,
    client_message_id,
    no_push,
    options_of,
    text_of,
    timestamp,
)
from jupyter_llmchat.server.a2a.wire_v0 import Version0
from jupyter_llmchat.server.a2a.wire_v1 import Version1

from .builders import v0, v1

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        *("messageId", "contextId", "taskId", "role", "parts", "metadata"),
        *("configuration", "historyLength", "id", "kind"),
    ]
)


def test_parts_of_text_are_lines_of_one_question() -> None:
    assert text_of(["What", "is it?"]) == "What\nis it?"
    assert text_of([]) == ""


def test_what_is_no_text_is_refused_by_name() -> None:
    with pytest.raises(RpcError) as caught:
        text_of(["What is it?", None])
    assert caught.value.kind is Kind.CONTENT_TYPE_NOT_SUPPORTED


@pytest.mark.parametrize(
    "accepted",
    [
        *([], ["text"], ["text/plain"], ["Text/Markdown; charset=utf-8"], ["*/*"]),
        ["image/png", "text/*"],
    ],
)
def test_text_satisfies_who_accepts_it(accepted: list[str]) -> None:
    check_configuration(accepted, has_push=False)


def test_who_accepts_no_text_is_refused() -> None:
    with pytest.raises(RpcError) as caught:
        check_configuration(["image/png"], has_push=False)
    assert caught.value.kind is Kind.CONTENT_TYPE_NOT_SUPPORTED
    assert "text/plain" in caught.value.hint


def test_push_notifications_are_not_promised() -> None:
    with pytest.raises(RpcError) as caught:
        check_configuration([], has_push=True)
    assert caught.value.kind is no_push().kind is Kind.PUSH_NOT_SUPPORTED


def test_only_users_ask() -> None:
    check_role(True)
    with pytest.raises(RpcError) as caught:
        check_role(False)
    assert caught.value.kind is Kind.INVALID_PARAMS


def test_metadata_may_set_options_by_their_names() -> None:
    found = options_of({"seed": 7.0, "deadline_s": 9, "mine": [1]}, None)
    assert found == AskOptions(seed=7, deadline_s=9.0)
    assert options_of({"seed": 1}, {"seed": 2}).seed == 2


def test_an_option_that_does_not_fit_is_refused_by_name() -> None:
    with pytest.raises(RpcError) as caught:
        options_of({"temperature": "hot"})
    assert caught.value.kind is Kind.INVALID_PARAMS
    assert "temperature" in caught.value.message


def test_an_id_that_fits_is_taken_as_it_is() -> None:
    assert client_message_id("a-1.b:c_d") == "a-1.b:c_d"


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "ü", "a\n", "\ud800"])
def test_any_other_id_stands_for_itself_too(given: str) -> None:
    made = client_message_id(given)
    assert re.fullmatch(r"[0-9a-f]{64}", made)
    assert made == client_message_id(given) != client_message_id(given + "x")


def test_times_are_iso_in_utc() -> None:
    assert timestamp(0.0) == "1970-01-01T00:00:00.000Z"
    assert timestamp(1e9 + 0.25) == "2001-09-09T01:46:40.250Z"


@given(KEYS, ANYTHING)
def test_whatever_a_field_holds_it_is_read_or_refused(key: str, value: object) -> None:
    for wire, good in ((Version0(), v0()), (Version1(), v1())):
        for params in (value, good | {key: value}, v0(**{key: value}), {key: value}):
            for read in (wire.sent, wire.named):
                with contextlib.suppress(RpcError):
                    read(params)
