"""OpenAI's own client on a real server process with the embedded model."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from jsonschema import validate
from openai import OpenAI
from openai.types.chat import ChatCompletion
from pydantic import BaseModel

from tests.server.served import served

pytestmark = [pytest.mark.model, pytest.mark.timeout(240)]

SERVE = (
    *("serve", "--", "--LLMChatApp.self_test=False", "--LLMChatApp.calibrate=False"),
    *("--LLMChatApp.n_threads=1", "--LLMChatApp.turns_waiting=2"),
)
CAPITAL: Any = [{"role": "user", "content": "What is the capital of France?"}]
LIST: Any = [{"role": "user", "content": "Count from one to twenty in words."}]
LONG: Any = [{"role": "user", "content": "Tell a long story about a fox."}]


class City(BaseModel):
    """What an answer is held to."""

    name: str
    inhabitants: int


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenAI]:
    folder = tmp_path_factory.mktemp("served")
    with served(folder, *SERVE, module="jupyter_llmchat") as server:
        url = f"{server.url}jupyter-llmchat/v1"
        with OpenAI(base_url=url, api_key=server.token, max_retries=0) as client:
            yield client


@pytest.fixture(scope="module")
def name(client: OpenAI) -> str:
    """Of the model."""
    plain, staged = (each.id for each in client.models.list())
    assert staged == f"{plain}-staged"
    assert plain.startswith("SmolLM2")
    return plain


def ask(client: OpenAI, model: str, messages: Any, **wishes: Any) -> ChatCompletion:
    answer = client.chat.completions.create(model=model, messages=messages, **wishes)
    assert isinstance(answer, ChatCompletion)
    return answer


def text(answer: ChatCompletion) -> str:
    return answer.choices[0].message.content or ""


def test_a_plain_answer_with_its_usage(client: OpenAI, name: str) -> None:
    answer = ask(client, name, CAPITAL, temperature=0, max_tokens=60)
    assert "Paris" in text(answer)
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.prompt_tokens > 10
    assert 0 < answer.usage.completion_tokens <= 60
    again = ask(client, name, CAPITAL, temperature=0, max_tokens=60).usage
    assert again is not None
    assert again.prompt_tokens_details is not None
    assert again.prompt_tokens_details.cached_tokens is not None
    assert again.prompt_tokens_details.cached_tokens >= again.prompt_tokens - 2


def test_a_stream_says_what_an_answer_in_one_piece_says(
    client: OpenAI, name: str
) -> None:
    wishes = {"temperature": 0, "max_tokens": 20}
    whole = ask(client, name, CAPITAL, **wishes)
    stream = client.chat.completions.create(
        model=name,
        messages=CAPITAL,
        stream=True,
        stream_options={"include_usage": True},
        **wishes,  # type: ignore[arg-type]
    )
    *pieces, last = stream
    said = "".join(each.choices[0].delta.content or "" for each in pieces)
    assert said == text(whole)
    assert last.usage is not None
    assert whole.usage is not None
    assert last.usage.completion_tokens == whole.usage.completion_tokens
    assert pieces[-1].choices[0].finish_reason == whole.choices[0].finish_reason


def test_an_answer_is_held_to_its_schema(client: OpenAI, name: str) -> None:
    done = client.chat.completions.parse(
        model=name,
        messages=[{"role": "user", "content": "Describe Paris in JSON."}],
        response_format=City,
        temperature=0,
        max_tokens=100,
    )
    city = done.choices[0].message.parsed
    assert city is not None
    assert city.name
    schema = {"enum": ["red", "green"]}
    wanted = {"type": "json_schema", "json_schema": {"name": "c", "schema": schema}}
    answer = ask(client, name, CAPITAL, response_format=wanted)
    validate(json.loads(text(answer)), schema)
    anything: Any = {"type": "json_object"}
    some = ask(client, name, CAPITAL, response_format=anything, max_tokens=100, seed=1)
    if some.choices[0].finish_reason == "stop":
        assert isinstance(json.loads(text(some)), dict)
    assert text(some).startswith("{")


def test_a_schema_that_cannot_be_kept_to_is_said_so(client: OpenAI, name: str) -> None:
    wanted = {
        "type": "json_schema",
        "json_schema": {"name": "n", "schema": {"not": {"type": "string"}}},
    }
    with pytest.raises(openai.BadRequestError, match="`not`"):
        ask(client, name, CAPITAL, response_format=wanted)


def test_log_probabilities_are_those_of_the_tokens(client: OpenAI, name: str) -> None:
    answer = ask(
        client,
        name,
        CAPITAL,
        temperature=0,
        max_tokens=10,
        logprobs=True,
        top_logprobs=5,
        extra_body={"repeat_penalty": 1.0},
    )
    assert answer.choices[0].logprobs is not None
    told = answer.choices[0].logprobs.content
    assert told is not None
    assert b"".join(bytes(each.bytes or ()) for each in told).decode() == text(answer)
    for each in told:
        likeliest = [one.logprob for one in each.top_logprobs]
        assert len(likeliest) == 5
        assert likeliest == sorted(likeliest, reverse=True)
        # Without a temperature the likeliest is said.
        assert each.token == each.top_logprobs[0].token
        assert each.logprob == likeliest[0]
        assert sum(map(math.exp, likeliest)) <= 1.0001


def test_a_stop_text_ends_it_and_is_not_told(client: OpenAI, name: str) -> None:
    wishes: Any = {"temperature": 0, "max_tokens": 60}
    full = text(ask(client, name, LIST, **wishes))
    stop = full[len(full) // 2 :][:6]
    answer = ask(client, name, LIST, stop=[stop, "never said"], **wishes)
    assert text(answer) == full[: full.index(stop)]
    assert answer.choices[0].finish_reason == "stop"


def test_the_same_seed_says_the_same(client: OpenAI, name: str) -> None:
    wishes: Any = {"temperature": 1.2, "max_tokens": 12}
    # The first reads the prompt, the others find it in the cache: the sums round
    # otherwise, which is why OpenAI promises no more than to try.
    ask(client, name, LONG, **wishes)
    same = {text(ask(client, name, LONG, seed=5, **wishes)) for _ in range(3)}
    assert len(same) == 1
    others = {text(ask(client, name, LONG, seed=n, **wishes)) for n in range(4)}
    assert len(others) > 1


def test_an_answer_in_stages(client: OpenAI, name: str) -> None:
    staged = f"{name}-staged"
    question: Any = [
        {"role": "system", "content": "Answer in English."},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hello! How can I help?"},
        {"role": "user", "content": "Why is the sky blue?"},
    ]
    soon: Any = {"extra_body": {"deadline_s": 20}}
    answer = ask(client, staged, question, max_completion_tokens=60, **soon)
    assert text(answer).strip()
    assert answer.usage is not None
    assert answer.usage.completion_tokens > 0
    stream = client.chat.completions.create(
        model=staged, messages=CAPITAL, stream=True, max_tokens=8, **soon
    )
    pieces = list(stream)
    said = [each.choices[0].delta.content for each in pieces]
    assert 0 < sum(map(bool, said)) <= 8
    assert pieces[-1].choices[0].finish_reason in ("stop", "length")


def test_what_goes_wrong_is_an_exception_of_openai_s(client: OpenAI, name: str) -> None:
    with pytest.raises(openai.NotFoundError):
        ask(client, "gpt-4o", CAPITAL)
    with pytest.raises(openai.BadRequestError):
        ask(client, name, CAPITAL, n=2)
    with pytest.raises(openai.BadRequestError) as long:
        ask(client, name, [{"role": "user", "content": "word " * 20_000}])
    assert long.value.code == "context_length_exceeded"
    # One of its own: the first has a cookie of the server's by now.
    stranger = OpenAI(base_url=client.base_url, api_key="wrong")
    with stranger, pytest.raises(openai.AuthenticationError):
        ask(stranger, name, CAPITAL)
    with pytest.raises(openai.BadRequestError, match="no embeddings"):
        client.embeddings.create(model=name, input="hi")


def test_too_many_at_once_are_refused_and_leaving_frees_the_place(
    client: OpenAI, name: str
) -> None:
    wishes: Any = {"model": name, "messages": LONG, "stream": True}
    first, second = (client.chat.completions.create(**wishes) for _ in range(2))
    with pytest.raises(openai.RateLimitError):
        ask(client, name, CAPITAL)
    first.close()
    second.close()
    # The server notices within its next few words.
    patient = client.with_options(max_retries=10)
    assert ask(patient, name, CAPITAL, max_tokens=5).usage is not None
