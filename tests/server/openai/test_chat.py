from __future__ import annotations

import asyncio
import json
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from jupyter_llmchat.errors import ContextOverflow, ModelUnavailable, WorkerLost
from jupyter_llmchat.protocol.events import Notice
from jupyter_llmchat.server.app import LLMChatApp
from jupyter_llmchat.server.openai import chat
from tests.server.builders import (
    Api,
    HostedFake,
    Script,
    chunk,
    complete,
    eventually,
)

ASK: list[ChatCompletionMessageParam] = [{"role": "user", "content": "What is it?"}]
SAID = "The answer is 42. It is short."


async def chunks(client: AsyncOpenAI, **wishes: Any) -> list[ChatCompletionChunk]:
    given = {"model": "fake", "messages": ASK, **wishes}
    return [
        each
        async for each in await client.chat.completions.create(stream=True, **given)
    ]


def text_of(found: list[ChatCompletionChunk]) -> str:
    return "".join(
        each.choices[0].delta.content or "" for each in found if each.choices
    )


async def test_a_whole_answer(client: AsyncOpenAI, model: HostedFake) -> None:
    done = await client.chat.completions.create(
        model="fake",
        messages=[{"role": "system", "content": "Be short."}, *ASK],
    )
    (choice,) = done.choices
    assert choice.message.content == SAID
    assert choice.message.role == "assistant"
    assert choice.finish_reason == "stop"
    assert done.model == "fake"
    assert done.usage is not None
    assert (done.usage.prompt_tokens, done.usage.completion_tokens) == (10, 7)
    assert done.usage.total_tokens == 17
    assert done.usage.prompt_tokens_details is not None
    assert done.usage.prompt_tokens_details.cached_tokens == 4
    assert model.generated == ["Be short.\nWhat is it?\n"]


async def test_a_streamed_answer(client: AsyncOpenAI) -> None:
    found = await chunks(client)
    assert text_of(found) == SAID
    assert found[0].choices[0].delta.role == "assistant"
    assert [each.choices[0].finish_reason for each in found][-2:] == [None, "stop"]
    assert len(found) == 1 + len(SAID.split()) + 1
    assert len({each.id for each in found}) == 1
    assert all(each.usage is None for each in found)


async def test_a_stream_ends_with_its_usage_where_that_is_asked_for(
    client: AsyncOpenAI,
) -> None:
    found = await chunks(client, stream_options={"include_usage": True})
    assert found[-1].choices == []
    assert found[-1].usage is not None
    assert found[-1].usage.completion_tokens == 7
    assert all(each.usage is None for each in found[:-1])


async def test_log_probabilities_come_with_their_tokens(client: AsyncOpenAI) -> None:
    done = await client.chat.completions.create(
        model="fake", messages=ASK, logprobs=True, top_logprobs=2
    )
    assert done.choices[0].logprobs is not None
    told = done.choices[0].logprobs.content
    assert told is not None
    assert "".join(each.token for each in told) == SAID
    assert told[0].logprob == -0.5
    assert told[0].bytes == [*b"The"]
    assert [each.token for each in told[0].top_logprobs] == ["The", "a"]
    streamed = await chunks(client, logprobs=True)
    (said,) = streamed[1].choices[0].logprobs.content  # type: ignore
    assert (said.token, said.top_logprobs) == ("The", [])


async def test_a_length_is_kept_to(client: AsyncOpenAI) -> None:
    done = await client.chat.completions.create(
        model="fake", messages=ASK, max_completion_tokens=2
    )
    assert done.choices[0].message.content == "The answer"
    assert done.choices[0].finish_reason == "length"


async def test_a_deadline_ends_it_like_a_length(
    client: AsyncOpenAI, model: HostedFake
) -> None:
    model.piece_delay_s = 0.05
    model.reply = lambda prompt: "on " * 10_000
    done = await client.chat.completions.create(
        model="fake", messages=ASK, extra_body={"deadline_s": 0.3}
    )
    assert done.choices[0].finish_reason == "length"
    assert done.choices[0].message.content.startswith("on on")  # type: ignore


async def test_an_answer_in_stages(client: AsyncOpenAI, script: Script) -> None:
    script.steps = (
        Notice(turn_id="", code="context_left_out", message="Left out: much."),
        chunk("Forty"),
        chunk("-two.", 1),
        chunk("Think.", stage="reasoning"),
        chunk("More.", stage="detail"),
        complete(),
    )
    done = await client.chat.completions.create(model="fake-staged", messages=ASK)
    (choice,) = done.choices
    assert choice.message.content == "Forty-two.\n\nMore."
    reasoning = choice.message.reasoning_content  # type: ignore
    assert reasoning == "Left out: much.\n\n\nThink."
    found = await chunks(client, model="fake-staged")
    assert text_of(found) == "Forty-two.\n\nMore."
    assert done.usage is not None
    assert done.usage.completion_tokens == 3
    (question, _) = script.questions
    assert question.text == "What is it?"


async def test_nothing_of_it_is_kept(client: AsyncOpenAI, api: Api) -> None:
    for model in ("fake", "fake-staged"):
        await client.chat.completions.create(model=model, messages=ASK)
    assert json.loads((await api.get("sessions")).body)["sessions"] == []


@pytest.mark.parametrize("name", ["gpt-4o", "", "fake-staged-staged"])
async def test_an_unknown_model_is_named_with_those_there_are(
    client: AsyncOpenAI, name: str
) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        await client.chat.completions.create(model=name, messages=ASK)
    assert caught.value.code == "model_not_found"
    assert caught.value.param == "model"
    assert "fake, fake-staged" in caught.value.message


@pytest.mark.parametrize(
    ("wish", "param"),
    [
        ({"n": 2}, "n"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools"),
        ({"temperature": 3}, "temperature"),
        ({"extra_body": {"verbosity_level": 3}}, "verbosity_level"),
        ({"model": "fake-staged", "logprobs": True}, "logprobs"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].role"),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "image_url", "image_url": {"url": "x"}}],
                    }
                ]
            },
            "messages[0].content",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_cannot_be_done_is_refused_by_name(
    client: AsyncOpenAI, wish: dict[str, Any], param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await chunks(client, **wish)
    assert caught.value.param == param
    assert caught.value.type == "invalid_request_error"


async def test_a_wrong_key(new_client: Any) -> None:
    client = new_client("wrong")
    with pytest.raises(openai.AuthenticationError) as caught:
        await client.chat.completions.create(model="fake", messages=ASK)
    assert caught.value.code == "invalid_api_key"


async def test_too_many_at_once(
    client: AsyncOpenAI, model: HostedFake, extension: LLMChatApp
) -> None:
    assert extension.services is not None
    completions = extension.services.completions
    completions._limit = 1
    model.piece_delay_s = 0.05
    model.reply = lambda prompt: "on " * 10_000
    stream = await client.chat.completions.create(
        model="fake", messages=ASK, stream=True
    )
    assert extension.current_activity() == 1
    with pytest.raises(openai.RateLimitError) as caught:
        await client.chat.completions.create(model="fake", messages=ASK)
    assert caught.value.code == "busy"
    await stream.close()
    await eventually(lambda: not completions.active)


@pytest.mark.parametrize("name", ["fake", "fake-staged"])
@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_that_goes_ends_its_answer(
    client: AsyncOpenAI,
    model: HostedFake,
    script: Script,
    extension: LLMChatApp,
    name: str,
    stream: bool,
) -> None:
    model.piece_delay_s = 0.01
    model.reply = lambda prompt: "on " * 10_000
    script.steps = (chunk("Forty"), asyncio.Event())
    assert extension.services is not None
    completions = extension.services.completions
    asking = asyncio.create_task(
        client.chat.completions.create(model=name, messages=ASK, stream=stream)
    )
    await eventually(lambda: completions.active)
    if stream:
        await (await asking).close()
    else:
        asking.cancel()
        await asyncio.wait({asking})
    await eventually(lambda: not completions.active)
    assert model.closed_early == (name == "fake")


async def test_an_error_before_the_first_word_has_its_status(
    client: AsyncOpenAI, model: HostedFake
) -> None:
    model.failure = ContextOverflow("Too long.", "Shorten it.")
    with pytest.raises(openai.BadRequestError) as caught:
        await chunks(client)
    assert caught.value.code == "context_length_exceeded"
    model.failure = ModelUnavailable("No file.", "Set one.")
    with pytest.raises(openai.InternalServerError, match="Set one") as failed:
        await client.chat.completions.create(model="fake", messages=ASK)
    assert failed.value.status_code == 503


async def test_an_error_after_it_ends_the_stream(
    client: AsyncOpenAI, model: HostedFake, script: Script
) -> None:
    model.failure = WorkerLost("The model has died.", "Ask again.")
    model.fail_after = 2
    with pytest.raises(openai.APIError, match=r"died\. Ask again"):
        await chunks(client)


async def test_a_mistake_of_ours_is_told_without_its_details(
    client: AsyncOpenAI, script: Script
) -> None:
    script.steps = (chunk("Forty"), RuntimeError("secret"))
    with pytest.raises(openai.APIError) as caught:
        await chunks(client, model="fake-staged")
    assert "secret" not in caught.value.message
    with pytest.raises(openai.InternalServerError) as whole:
        await client.chat.completions.create(model="fake-staged", messages=ASK)
    assert "secret" not in whole.value.message


async def test_a_quiet_stream_says_that_it_is_alive(
    jp_fetch: Any, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "QUIET_S", 0.02)
    gate = asyncio.Event()
    script.steps = (gate, chunk("Forty"), complete())
    heard: list[bytes] = []

    def hear(data: bytes) -> None:
        heard.append(data)
        gate.set()

    body = {"model": "fake-staged", "messages": ASK, "stream": True}
    await jp_fetch(
        "jupyter-llmchat/v1/chat/completions",
        method="POST",
        headers={"Content-Type": "application/json"},
        body=json.dumps(body),
        streaming_callback=hear,
    )
    stream = b"".join(heard)
    assert b": alive\n\n" in stream.partition(b"Forty")[0]
    assert stream.endswith(b"data: [DONE]\n\n")
