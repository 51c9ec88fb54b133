from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.language_model import SamplingParams
from jupyter_llmchat.server.openai import parameters
from jupyter_llmchat.server.openai.requests import ChatBody

CONFIG = PipelineConfig(max_deadline_s=60.0, temperature=0.3)
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}


def _body(**fields: Any) -> ChatBody:
    message = {"role": "user", "content": "hi"}
    return msgspec.convert({"model": "m", "messages": [message], **fields}, ChatBody)


def _sampling(**fields: Any) -> SamplingParams:
    return parameters.sampling(_body(**fields), CONFIG)


def test_what_is_not_set_is_as_in_our_own_answers() -> None:
    assert _sampling() == SamplingParams(
        max_tokens=parameters.ANY_LENGTH, temperature=CONFIG.temperature
    )


def test_what_is_set_is_passed_on() -> None:
    wished = {
        "temperature": 0.0,
        "top_p": 0.5,
        "top_k": 0,
        "min_p": 0.0,
        "repeat_penalty": 1.0,
        "frequency_penalty": 0.5,
        "presence_penalty": -0.5,
    }
    found = _sampling(**wished, max_tokens=5, seed=7, stop=["a", "b"])
    assert found == SamplingParams(**wished, max_tokens=5, seed=7, stop=("a", "b"))
    assert _sampling(max_tokens=5, max_completion_tokens=6).max_tokens == 6
    assert _sampling(stop="x").stop == ("x",)


@pytest.mark.parametrize("seed", [-1, 0, parameters.NO_SEED, 1 << 63])
def test_every_seed_is_one(seed: int) -> None:
    found = _sampling(seed=seed).seed
    assert found is not None
    assert 0 <= found < parameters.NO_SEED


def test_log_probabilities_are_counted() -> None:
    assert _sampling().logprobs is None
    assert _sampling(logprobs=False).logprobs is None
    assert _sampling(logprobs=True).logprobs == 0
    assert _sampling(logprobs=True, top_logprobs=3).logprobs == 3


@pytest.mark.parametrize(
    ("wanted", "schema"),
    [
        ({"type": "text"}, None),
        ({"type": "json_object"}, {"type": "object"}),
        (
            {
                "type": "json_schema",
                "json_schema": {"name": "n", "strict": True, "schema": SCHEMA},
            },
            SCHEMA,
        ),
    ],
)
def test_a_format_is_a_schema(wanted: Any, schema: Any) -> None:
    found = _sampling(response_format=wanted).json_schema
    assert (None if found is None else json.loads(found)) == schema


@pytest.mark.parametrize("missing", [None, {"name": "n"}])
def test_a_schema_that_is_missing_is_said_so(missing: Any) -> None:
    wanted = {"type": "json_schema", "json_schema": missing}
    with pytest.raises(BadRequest, match="no schema"):
        _sampling(response_format=wanted)


def test_a_deadline_stays_within_what_is_allowed() -> None:
    assert parameters.deadline_s(_body(), CONFIG) == 60
    assert parameters.deadline_s(_body(deadline_s=5), CONFIG) == 5
    assert parameters.deadline_s(_body(deadline_s=500), CONFIG) == 60


NOTHING = {
    "n": 1,
    "tools": [],
    "tool_choice": "none",
    "logit_bias": {},
    "modalities": ["text"],
    "store": False,
    "user": "me",
    "metadata": {"a": "b"},
    "service_tier": "auto",
    "parallel_tool_calls": True,
}
OF_OPENAI = {
    "top_p": 1,
    "frequency_penalty": 0,
    "presence_penalty": 0,
    "logprobs": False,
    "response_format": {"type": "text"},
    "stop": [],
}


def test_what_asks_for_nothing_is_taken() -> None:
    parameters.check(_body(**NOTHING), staged=False)
    parameters.check(_body(**NOTHING, **OF_OPENAI), staged=True)


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        ({"n": 2}, "`n` can only be 1 here"),
        ({"tools": [{}]}, "`tools` can only be"),
        ({"tool_choice": "required"}, '`tool_choice` can only be "none" or "auto"'),
        ({"functions": [{}]}, "`functions`"),
        ({"logit_bias": {"1": 5}}, "`logit_bias`"),
        ({"modalities": ["audio"]}, "`modalities`"),
        ({"audio": {}}, "`audio` cannot be used here"),
        ({"store": True}, "`store`"),
        ({"stream_options": {"include_usage": True}}, "`stream_options`"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_refused(fields: dict[str, Any], cause: str) -> None:
    for staged in (False, True):
        with pytest.raises(BadRequest, match=cause) as caught:
            parameters.check(_body(**fields), staged=staged)
        assert caught.value.hint


def test_more_likely_tokens_go_with_log_probabilities() -> None:
    with pytest.raises(BadRequest, match="`top_logprobs` needs `logprobs`"):
        parameters.check(_body(top_logprobs=2), staged=False)


@pytest.mark.parametrize(
    "fields",
    [
        {"top_p": 0.5},
        {"top_k": 5},
        {"min_p": 0.1},
        {"repeat_penalty": 1.0},
        {"stop": "x"},
        {"logprobs": True},
        {"frequency_penalty": 1},
        {"response_format": {"type": "json_object"}},
    ],
    ids=str,
)
def test_what_stages_decide_themselves_is_refused(fields: dict[str, Any]) -> None:
    parameters.check(_body(**fields), staged=False)
    with pytest.raises(BadRequest, match="here") as caught:
        parameters.check(_body(**fields), staged=True)
    assert "without -staged" in caught.value.hint
