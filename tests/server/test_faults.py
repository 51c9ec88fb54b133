from __future__ import annotations

import msgspec
import pytest

from jupyter_llmchat.errors import LLMChatError, error_types
from jupyter_llmchat.server.faults import error_body, error_event, refused


@pytest.mark.parametrize("kind", error_types().values(), ids=lambda kind: kind.code)
def test_all_clients_are_told_the_same(kind: type[LLMChatError]) -> None:
    error = kind("The cause.", "The next step.")
    expected = {
        "code": kind.code,
        "message": "The cause.",
        "hint": "The next step.",
        "retryable": kind.retryable,
    }
    for told in (error_body(error), error_event(error, "t"), refused(error)):
        fields = msgspec.structs.asdict(told)
        assert {name: fields[name] for name in expected} == expected


def test_a_refusal_names_the_question() -> None:
    named = refused(LLMChatError("No."), client_message_id="mine")
    assert named.client_message_id == "mine"
