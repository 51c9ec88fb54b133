"""What a request asks for beside its messages → settings of a generation.

Nothing that would change the answer is passed over: what cannot be done is refused by
name. A field that is null, or says what OpenAI does anyway, asks for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.language_model import SamplingParams

from .requests import ChatBody, ResponseFormat

NO_SEED = (1 << 32) - 1
"""llama.cpp takes this one for: any."""
ANY_LENGTH = 1_000_000
"""Tokens; the model's context ends it before that."""
ANY_OBJECT = '{"type": "object"}'

_NOTHING: Mapping[str, tuple[Any, ...]] = MappingProxyType(
    {
        "audio": (),
        "function_call": ("none", "auto"),
        "functions": ([],),
        "logit_bias": ({},),
        "modalities": (["text"],),
        "n": (1,),
        "store": (False,),
        "tool_choice": ("none", "auto"),
        "tools": ([],),
    }
)
"""Fields that no model here can follow, with what asks for nothing."""

_OF_STAGES: Mapping[str, tuple[Any, ...]] = MappingProxyType(
    {
        "frequency_penalty": (0,),
        "logprobs": (False,),
        "min_p": (),
        "presence_penalty": (0,),
        "repeat_penalty": (),
        "response_format": (ResponseFormat(type="text"),),
        "stop": ((),),
        "top_k": (),
        "top_logprobs": (0,),
        "top_p": (1,),
    }
)
"""What an answer in stages decides by itself."""


def check(body: ChatBody, *, staged: bool) -> None:
    """Raises BadRequest for what cannot be done."""
    for field, nothing in _NOTHING.items():
        _refuse(body, field, nothing, "Leave it out.")
    if staged:
        for field, nothing in _OF_STAGES.items():
            _refuse(
                body, field, nothing, "Leave it out, or use the model without -staged."
            )
    if body.top_logprobs and not body.logprobs:
        raise BadRequest(
            "`top_logprobs` needs `logprobs`.", "Set logprobs to true as well."
        )
    if body.stream_options is not None and not body.stream:
        raise BadRequest(
            "`stream_options` is for streams.", "Set stream to true, or leave it out."
        )


def max_tokens(body: ChatBody) -> int | None:
    """What the request sets, by its newer name or the older one."""
    return body.max_completion_tokens or body.max_tokens


def seed(body: ChatBody) -> int | None:
    """Any whole number is one."""
    return None if body.seed is None else body.seed % NO_SEED


def deadline_s(body: ChatBody, config: PipelineConfig) -> float:
    """Seconds that the answer may take, within what is allowed."""
    return min(body.deadline_s or config.max_deadline_s, config.max_deadline_s)


def sampling(body: ChatBody, config: PipelineConfig) -> SamplingParams:
    """How a plain answer is drawn; raises BadRequest for a format without a schema."""
    wished = {
        "temperature": body.temperature,
        "top_p": body.top_p,
        "top_k": body.top_k,
        "min_p": body.min_p,
        "repeat_penalty": body.repeat_penalty,
        "frequency_penalty": body.frequency_penalty,
        "presence_penalty": body.presence_penalty,
    }
    usual = SamplingParams(
        max_tokens=max_tokens(body) or ANY_LENGTH,
        temperature=config.temperature,
        seed=seed(body),
        stop=_stop(body),
        json_schema=_schema(body.response_format),
        logprobs=(body.top_logprobs or 0) if body.logprobs else None,
    )
    given = {name: value for name, value in wished.items() if value is not None}
    return msgspec.structs.replace(usual, **given)


def _stop(body: ChatBody) -> tuple[str, ...]:
    return (body.stop,) if isinstance(body.stop, str) else body.stop or ()


def _schema(wanted: ResponseFormat | None) -> str | None:
    if wanted is None or wanted.type == "text":
        return None
    if wanted.type == "json_object":
        return ANY_OBJECT
    if wanted.json_schema is None or wanted.json_schema.schema is None:
        raise BadRequest(
            "`response_format.json_schema` has no schema.",
            "Put the schema into response_format.json_schema.schema.",
        )
    return msgspec.json.encode(wanted.json_schema.schema).decode()


def _refuse(body: ChatBody, field: str, nothing: tuple[Any, ...], hint: str) -> None:
    value = getattr(body, field)
    if value is None or value in nothing:
        return
    names = [msgspec.json.encode(each).decode() for each in nothing]
    only = f"can only be {' or '.join(names)} here" if names else "cannot be used here"
    raise BadRequest(f"`{field}` {only}.", hint)
