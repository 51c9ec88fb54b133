from __future__ import annotations

import json
from typing import Any

from openai.types.chat import ChatCompletion, ChatCompletionChunk

from jupyter_llmchat.language_model import Likelihood, TokenLogprob, Usage
from jupyter_llmchat.protocol.codec import encode
from jupyter_llmchat.server.openai.answers import Answer
from jupyter_llmchat.server.openai.writing import Delta, End, Whole

END = End(
    reason="stop",
    usage=Usage(prompt_tokens=5, cached_tokens=2, generated_tokens=3),
)
E = "é".encode()


def _sent(value: Any) -> Any:
    return json.loads(encode(value))


def test_a_whole_answer_is_what_openai_s_client_expects() -> None:
    deltas = [Delta(text="For"), Delta(reasoning="So."), Delta(text="ty")]
    sent = _sent(Answer("m").whole(deltas, END))
    ChatCompletion.model_validate(sent, strict=True)
    assert sent["choices"] == [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": "Forty",
                "refusal": None,
                "reasoning_content": "So.",
            },
            "logprobs": None,
            "finish_reason": "stop",
        }
    ]
    assert sent["usage"] == {
        "prompt_tokens": 5,
        "completion_tokens": 3,
        "total_tokens": 8,
        "prompt_tokens_details": {"cached_tokens": 2},
    }
    assert sent["id"].startswith("chatcmpl-")
    assert sent["system_fingerprint"]


def test_without_reasons_there_is_no_field_for_them() -> None:
    sent = _sent(Answer("m").whole([Delta(text="a")], END))
    assert "reasoning_content" not in sent["choices"][0]["message"]


def test_a_part_written_anew_is_the_one_that_counts() -> None:
    end = End(reason="stop", usage=Usage(), whole=Whole(text="b", reasoning="c"))
    sent = _sent(Answer("m").whole([Delta(text="a")], end))
    message = sent["choices"][0]["message"]
    assert (message["content"], message["reasoning_content"]) == ("b", "c")


def test_the_events_of_a_stream_are_what_openai_s_client_expects() -> None:
    answer = Answer("m", with_usage=True)
    delta = Delta(text="a", reasoning="b")
    events = [answer.opening(), answer.piece(delta), *answer.closing(END)]
    sent = [_sent(each) for each in events]
    for each in sent:
        ChatCompletionChunk.model_validate(each, strict=True)
    deltas = [each["choices"][0]["delta"] for each in sent[:-1]]
    assert deltas == [
        {"role": "assistant", "content": ""},
        {"content": "a", "reasoning_content": "b"},
        {},
    ]
    assert [each["usage"] is None for each in sent] == [True, True, True, False]
    assert sent[-1]["choices"] == []
    assert len({each["id"] for each in sent}) == 1
    assert len(Answer("m").closing(END)) == 1
    assert "usage" not in _sent(Answer("m").opening())


def test_tokens_that_are_half_a_character_have_their_bytes() -> None:
    said = TokenLogprob(Likelihood(E[:1], -0.5), (Likelihood(E, -1.5),))
    sent = _sent(Answer("m").piece(Delta(text="é", logprobs=(said,))))
    (told,) = sent["choices"][0]["logprobs"]["content"]
    assert told == {
        "token": "�",
        "logprob": -0.5,
        "bytes": [E[0]],
        "top_logprobs": [{"token": "é", "logprob": -1.5, "bytes": [*E]}],
    }
