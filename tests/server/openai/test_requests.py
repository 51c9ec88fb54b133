from __future__ import annotations

import json
from typing import Any

import pytest

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.protocol.codec import decode
from jupyter_llmchat.server.openai.requests import ChatBody, ContentPart

LEAST = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


def _decoded(**fields: Any) -> ChatBody:
    return decode(json.dumps({**LEAST, **fields}), ChatBody)


def test_null_is_the_same_as_nothing() -> None:
    names = [each for each in ChatBody.__struct_fields__ if each not in LEAST]
    assert _decoded(**dict.fromkeys(names)) == _decoded()


def test_a_content_may_come_in_parts() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {}}]
    (message,) = _decoded(messages=[{"role": "user", "content": parts}]).messages
    assert message.content == (
        ContentPart(type="text", text="a"),
        ContentPart(type="image_url"),
    )


def test_an_answer_can_be_sent_back_as_it_came() -> None:
    came = {
        "role": "assistant",
        "content": "hello",
        "refusal": None,
        "annotations": [],
        "audio": None,
        "function_call": None,
        "tool_calls": None,
        "reasoning_content": "I think.",
    }
    (message,) = _decoded(messages=[came]).messages
    assert message.content == "hello"


@pytest.mark.parametrize(
    "fields",
    [
        {"temperature": -0.1},
        {"top_p": 0},
        {"max_tokens": 0},
        {"top_logprobs": 21},
        {"stop": [""]},
        {"stop": ["x"] * 17},
        {"presence_penalty": 3},
        {"response_format": {"type": "xml"}},
        {"reasoning_effort": "high"},
        {"messages": [{"role": "user", "content": "a", "mood": "good"}]},
        {"messages": "hi"},
        {"stream": "yes"},
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        _decoded(**fields)
