"""The seam everything stands on: what the pipeline may ask of a model.

Implemented by the link to the worker process and, in tests, by a scripted fake.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from enum import IntEnum
from typing import Literal, Protocol

import msgspec

FinishReason = Literal["stop", "length", "deadline", "cancelled"]


class Part(msgspec.Struct, frozen=True):
    """A piece of a prompt. Only trusted text may form control tokens."""

    text: str
    trusted: bool = False


class TextPrompt(msgspec.Struct, frozen=True, tag="text"):
    """A prompt that the model continues as it stands (few-shot decisions)."""

    parts: tuple[Part, ...]


class Message(msgspec.Struct, frozen=True):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    parts: tuple[Part, ...]


class ChatPrompt(msgspec.Struct, frozen=True, tag="chat"):
    """A conversation, rendered by the model's own chat template."""

    messages: tuple[Message, ...]
    opening: str = ""
    """Trusted first words of the reply; they are not repeated in the answer."""


Prompt = TextPrompt | ChatPrompt


class SamplingParams(msgspec.Struct, frozen=True, kw_only=True):
    """How tokens are drawn. Temperature 0 takes the most probable one."""

    max_tokens: int = 400
    temperature: float = 0.2
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.1
    """Of the last tokens, those of the prompt left out."""
    frequency_penalty: float = 0.0
    """Taken off a token's logit for each time that it has been said."""
    presence_penalty: float = 0.0
    """Taken off it once it has been said at all."""
    seed: int | None = None
    stop: tuple[str, ...] = ()
    json_schema: str | None = None
    """The text is held to this JSON schema, token by token."""
    logprobs: int | None = None
    """Tell each token's log-probability, and so many of the likeliest in its place."""


class Priority(IntEnum):
    """Who goes first when calls compete; lower goes first."""

    VISIBLE = 0
    DECISION = 1
    IDLE = 2


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens that a call took: read, of these found in the cache, and written."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    generated_tokens: int = 0


class Likelihood(msgspec.Struct, frozen=True):
    """A token and how probable it was."""

    token: bytes
    """Not always whole characters."""
    logprob: float
    """Nats, before temperature and penalties; held to a schema, among the tokens that
    it allows."""


class TokenLogprob(msgspec.Struct, frozen=True):
    """A token that was said, and what else could have stood there."""

    said: Likelihood
    likeliest: tuple[Likelihood, ...] = ()
    """Most probable first; what was said is among them if it belongs there."""


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the generated text, always whole characters.

    Only the last piece carries `finish_reason` and `usage`; its text may be empty.
    """

    text: str
    tokens: int
    """Tokens generated since the piece before."""
    logprobs: tuple[TokenLogprob, ...] = ()
    """Of the tokens whose text is told with this piece, if they were asked for."""
    finish_reason: FinishReason | None = None
    usage: Usage | None = None


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """How probable each option is as the continuation of a prompt."""

    options: tuple[str, ...]
    probabilities: tuple[float, ...]
    """Sum 1, in the order of `options`; calibrated if `calibrated`."""
    raw: tuple[float, ...]
    """The same before calibration."""
    calibrated: bool
    tokens: int
    """Tokens evaluated for this call, without those found in the cache."""
    ms: float

    @property
    def best(self) -> str:
        return self.options[self.probabilities.index(max(self.probabilities))]


class LanguageModel(Protocol):
    """Five verbs. `deadline` is a `time.monotonic()` value, None for no limit.

    All raise ModelUnavailable, WorkerLost, ContextOverflow or GenerationFailed.
    """

    @property
    def name(self) -> str:
        """The model's name, for people and for the database."""
        ...

    @property
    def n_ctx(self) -> int:
        """Tokens that its context holds; 0 until it has been loaded."""
        ...

    def generate(
        self,
        prompt: Prompt,
        params: SamplingParams,
        *,
        deadline: float | None = None,
        priority: Priority = Priority.VISIBLE,
    ) -> AsyncGenerator[Piece, None]:
        """Text as it is generated; closing the iterator cancels the generation."""
        ...

    async def choose(
        self,
        prompt: Prompt,
        options: tuple[str, ...],
        *,
        content_free: tuple[Prompt, ...] = (),
        deadline: float | None = None,
        priority: Priority = Priority.DECISION,
    ) -> Choice:
        """Probability of each option as the continuation; nothing is generated.

        With `content_free`, the same prompt without its content, the model's own
        leaning towards an option is divided out (contextual calibration).
        """
        ...

    async def loglik(
        self,
        prompt: Prompt,
        continuation: str,
        *,
        deadline: float | None = None,
        priority: Priority = Priority.DECISION,
    ) -> float:
        """Mean log-probability (nats) of a token of `continuation`."""
        ...

    async def prepare(self, prompt: Prompt, *, lasting: bool = False) -> None:
        """Reads a prompt at the lowest priority, before anyone asks, and keeps it.

        Returns when it is in the cache; a prompt that begins like it then costs only
        what is different. One that is `lasting` is kept over a restart too.
        """
        ...

    async def count(
        self, texts: tuple[str, ...], *, deadline: float | None = None
    ) -> tuple[int, ...]:
        """Tokens of each text as content, one by one; none of them is evaluated.

        It waits for the model to be loaded, but not for what the model is doing.
        """
        ...
