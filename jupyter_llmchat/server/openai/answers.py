"""OpenAI's answers, whole and in pieces."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from jupyter_llmchat._version import __version__
from jupyter_llmchat.language_model import Likelihood, TokenLogprob, Usage
from jupyter_llmchat.protocol.ids import new_id

from .writing import Delta, End, Whole

FINGERPRINT = f"jupyter-llmchat-{__version__}"
FinishReason = Literal["stop", "length"]


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what is sent."""


class LikelyToken(Reply, frozen=True, kw_only=True):
    """A token and its log-probability in nats."""

    token: str
    logprob: float
    bytes: tuple[int, ...]


class SaidToken(LikelyToken, frozen=True, kw_only=True):
    """A token of the answer, with what else could have stood there."""

    top_logprobs: tuple[LikelyToken, ...]


class Logprobs(Reply, frozen=True, kw_only=True):
    """Of the tokens of a text."""

    content: tuple[SaidToken, ...]
    refusal: None = None


class AnswerMessage(Reply, frozen=True, kw_only=True):
    """The answer."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    reasoning_content: str | UnsetType = UNSET


class AnswerDelta(Reply, frozen=True, kw_only=True):
    """More of the answer."""

    role: Literal["assistant"] | UnsetType = UNSET
    content: str | UnsetType = UNSET
    reasoning_content: str | UnsetType = UNSET


class AnswerChoice(Reply, frozen=True, kw_only=True):
    """The one answer there is."""

    index: int = 0
    message: AnswerMessage
    logprobs: Logprobs | None = None
    finish_reason: FinishReason


class ChunkChoice(Reply, frozen=True, kw_only=True):
    """A piece of the one answer there is."""

    index: int = 0
    delta: AnswerDelta
    logprobs: Logprobs | None = None
    finish_reason: FinishReason | None = None


class PromptDetails(Reply, frozen=True, kw_only=True):
    """Of the tokens read, those found in the cache."""

    cached_tokens: int


class TokenUsage(Reply, frozen=True, kw_only=True):
    """Tokens read and written."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptDetails


class ChatCompletion(Reply, frozen=True, kw_only=True):
    """A whole answer."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    system_fingerprint: str = FINGERPRINT
    choices: tuple[AnswerChoice, ...]
    usage: TokenUsage


class ChatChunk(Reply, frozen=True, kw_only=True):
    """One event of a stream."""

    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str
    system_fingerprint: str = FINGERPRINT
    choices: tuple[ChunkChoice, ...]
    usage: TokenUsage | UnsetType | None = UNSET


class Answer:
    """One answer on its way to the client, under one id."""

    def __init__(self, model: str, *, with_usage: bool = False) -> None:
        self._id = f"chatcmpl-{new_id()}"
        self._created = int(time.time())
        self._model = model
        self._with_usage = with_usage

    def whole(self, deltas: Sequence[Delta], end: End) -> ChatCompletion:
        """The answer in one piece."""
        text = "".join(each.text for each in deltas)
        reasoning = "".join(each.reasoning for each in deltas)
        final = end.whole or Whole(text=text, reasoning=reasoning)
        told = tuple(one for each in deltas for one in each.logprobs)
        choice = AnswerChoice(
            message=AnswerMessage(
                content=final.text, reasoning_content=final.reasoning or UNSET
            ),
            logprobs=_logprobs(told),
            finish_reason=end.reason,
        )
        return ChatCompletion(
            id=self._id,
            created=self._created,
            model=self._model,
            choices=(choice,),
            usage=_usage(end.usage),
        )

    def opening(self) -> ChatChunk:
        """The first event of a stream."""
        return self._chunk(ChunkChoice(delta=AnswerDelta(role="assistant", content="")))

    def piece(self, delta: Delta) -> ChatChunk:
        """More of the text."""
        return self._chunk(
            ChunkChoice(
                delta=AnswerDelta(
                    content=delta.text or UNSET,
                    reasoning_content=delta.reasoning or UNSET,
                ),
                logprobs=_logprobs(delta.logprobs),
            )
        )

    def closing(self, end: End) -> tuple[ChatChunk, ...]:
        """The last events of a stream."""
        last = self._chunk(ChunkChoice(delta=AnswerDelta(), finish_reason=end.reason))
        if not self._with_usage:
            return (last,)
        usage = _usage(end.usage)
        return (last, msgspec.structs.replace(last, choices=(), usage=usage))

    def _chunk(self, choice: ChunkChoice) -> ChatChunk:
        return ChatChunk(
            id=self._id,
            created=self._created,
            model=self._model,
            choices=(choice,),
            usage=None if self._with_usage else UNSET,
        )


def _usage(usage: Usage) -> TokenUsage:
    return TokenUsage(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.generated_tokens,
        total_tokens=usage.prompt_tokens + usage.generated_tokens,
        prompt_tokens_details=PromptDetails(cached_tokens=usage.cached_tokens),
    )


def _logprobs(told: Sequence[TokenLogprob]) -> Logprobs | None:
    if not told:
        return None
    content = (
        SaidToken(
            token=_text(each.said),
            logprob=each.said.logprob,
            bytes=tuple(each.said.token),
            top_logprobs=tuple(map(_likely, each.likeliest)),
        )
        for each in told
    )
    return Logprobs(content=tuple(content))


def _likely(likelihood: Likelihood) -> LikelyToken:
    return LikelyToken(
        token=_text(likelihood),
        logprob=likelihood.logprob,
        bytes=tuple(likelihood.token),
    )


def _text(likelihood: Likelihood) -> str:
    return likelihood.token.decode("utf-8", errors="replace")
