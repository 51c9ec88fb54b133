"""Bodies of OpenAI's requests, as far as they can be acted on here.

Fields that are not here are refused by name, because ignoring them could change the
answer. What has no effect on the text is taken and left alone. OpenAI's clients send
null for what is not set.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from jupyter_llmchat.protocol.requests import Body, Seconds

Probability = Annotated[float, Meta(gt=0, le=1)]
Penalty = Annotated[float, Meta(ge=-2, le=2)]
StopText = Annotated[str, Meta(min_length=1, max_length=200)]
StopTexts = Annotated[tuple[StopText, ...], Meta(max_length=16)]
Tokens = Annotated[int, Meta(ge=1, le=1_000_000)]
Ignored = Any
"""Says nothing about the text."""


class ContentPart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a message; only `text` is read."""

    type: str
    text: str | None = None


class ChatMessage(Body, frozen=True, kw_only=True):
    """One message of the conversation."""

    role: str
    content: str | tuple[ContentPart, ...] | None = None
    name: str | None = None
    tool_calls: Any = None
    function_call: Any = None
    tool_call_id: Any = None
    audio: Any = None
    refusal: Ignored = None
    annotations: Ignored = None
    reasoning_content: Ignored = None
    """How an earlier answer was arrived at is not read again."""


class StreamOptions(Body, frozen=True, kw_only=True):
    """What else a stream tells."""

    include_usage: bool | None = None
    include_obfuscation: Ignored = None


class JsonSchema(Body, frozen=True, kw_only=True):
    """The schema that an answer is held to."""

    name: str | None = None
    description: str | None = None
    schema: dict[str, Any] | None = None
    strict: Ignored = None
    """It is always kept to."""


class ResponseFormat(Body, frozen=True, kw_only=True):
    """What an answer looks like."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None


class ChatBody(Body, frozen=True, kw_only=True):
    """POST v1/chat/completions."""

    model: str
    messages: Annotated[tuple[ChatMessage, ...], Meta(min_length=1)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: Tokens | None = None
    max_completion_tokens: Tokens | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    top_p: Probability | None = None
    frequency_penalty: Penalty | None = None
    presence_penalty: Penalty | None = None
    seed: int | None = None
    stop: StopText | StopTexts | None = None
    response_format: ResponseFormat | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Meta(ge=0, le=20)] | None = None
    n: int | None = None

    # Beyond OpenAI's, as other local servers have them.
    top_k: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    min_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    repeat_penalty: Annotated[float, Meta(ge=0.5, le=2)] | None = None
    deadline_s: Seconds | None = None

    # Not to be had here; taken where they ask for nothing.
    audio: Any = None
    function_call: Any = None
    functions: Any = None
    logit_bias: Any = None
    modalities: Any = None
    store: Any = None
    tool_choice: Any = None
    tools: Any = None

    metadata: Ignored = None
    parallel_tool_calls: Ignored = None
    prediction: Ignored = None
    prompt_cache_key: Ignored = None
    prompt_cache_retention: Ignored = None
    safety_identifier: Ignored = None
    service_tier: Ignored = None
    user: Ignored = None


class EmbeddingsBody(msgspec.Struct, frozen=True, kw_only=True):
    """POST v1/embeddings; refused whatever else is in it."""

    model: str
