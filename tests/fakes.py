"""A language model that says what the test tells it to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

from jupyter_llmchat.errors import LLMChatError
from jupyter_llmchat.language_model import (
    Choice,
    Likelihood,
    Piece,
    Priority,
    Prompt,
    SamplingParams,
    TextPrompt,
    TokenLogprob,
    Usage,
)


def prompt_text(prompt: Prompt) -> str:
    """All of a prompt's text, template and content alike."""
    if isinstance(prompt, TextPrompt):
        return "".join(part.text for part in prompt.parts)
    messages = (part.text for message in prompt.messages for part in message.parts)
    return "\n".join([*messages, prompt.opening])


@dataclass
class FakeModel:
    """Scripted stand-in for a model; records every call.

    `reply` maps a prompt's text to the answer, `choice` maps a prompt's text and the
    options to the option chosen. `failure` is raised after `fail_after` pieces.
    """

    reply: Callable[[str], str] = lambda prompt: "The answer is 42. It is short."
    choice: Callable[[str, tuple[str, ...]], str] = lambda prompt, options: options[0]
    piece_delay_s: float = 0.0
    failure: LLMChatError | None = None
    fail_after: int = 0
    name: str = "fake"
    n_ctx: int = 8192
    likelihood: Callable[[str, str], float] = lambda prompt, continuation: -1.0
    prompts: list[str] = field(default_factory=list)
    generated: list[str] = field(default_factory=list)
    """Those of them that a text was written for."""
    params: list[SamplingParams] = field(default_factory=list)
    """What was asked for with each of these."""
    closed_early: int = 0
    """Generations whose iterator was closed before its end."""

    async def generate(
        self,
        prompt: Prompt,
        params: SamplingParams,
        *,
        deadline: float | None = None,
        priority: Priority = Priority.VISIBLE,
    ) -> AsyncGenerator[Piece, None]:
        text = prompt_text(prompt)
        self.prompts.append(text)
        self.generated.append(text)
        self.params.append(params)
        words = self.reply(text).split(" ")[: params.max_tokens]
        ended = False
        try:
            for index, word in enumerate(words):
                if self.failure is not None and index >= self.fail_after:
                    ended = True
                    raise self.failure
                await asyncio.sleep(self.piece_delay_s)
                if deadline is not None and _now() >= deadline:
                    ended = True
                    yield _last("deadline", index)
                    return
                yield _piece(word if index == 0 else f" {word}", params.logprobs)
            ended = True
            full = len(words) == params.max_tokens
            yield _last("length" if full else "stop", len(words))
        finally:
            self.closed_early += not ended

    async def choose(
        self,
        prompt: Prompt,
        options: tuple[str, ...],
        *,
        content_free: tuple[Prompt, ...] = (),
        deadline: float | None = None,
        priority: Priority = Priority.DECISION,
    ) -> Choice:
        text = prompt_text(prompt)
        self.prompts.append(text)
        await asyncio.sleep(self.piece_delay_s)
        chosen = self.choice(text, options)
        rest = 0.2 / (len(options) - 1)
        probabilities = tuple(0.8 if each == chosen else rest for each in options)
        return Choice(
            options=options,
            probabilities=probabilities,
            raw=probabilities,
            calibrated=bool(content_free),
            tokens=7,
            ms=1.0,
        )

    async def loglik(
        self,
        prompt: Prompt,
        continuation: str,
        *,
        deadline: float | None = None,
        priority: Priority = Priority.DECISION,
    ) -> float:
        self.prompts.append(prompt_text(prompt))
        return self.likelihood(prompt_text(prompt), continuation)

    async def prepare(self, prompt: Prompt, *, lasting: bool = False) -> None:
        self.prompts.append(prompt_text(prompt))

    async def count(
        self, texts: tuple[str, ...], *, deadline: float | None = None
    ) -> tuple[int, ...]:
        """A token every four characters."""
        return tuple(-(-len(text) // 4) for text in texts)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _piece(text: str, likeliest: int | None) -> Piece:
    if likeliest is None:
        return Piece(text=text, tokens=1)
    said = Likelihood(text.encode(), -0.5)
    others = [Likelihood(bytes([97 + rank]), -1.0 - rank) for rank in range(likeliest)]
    told = TokenLogprob(said, (said, *others)[:likeliest])
    return Piece(text=text, tokens=1, logprobs=(told,))


def _last(reason: str, generated: int) -> Piece:
    usage = Usage(prompt_tokens=10, cached_tokens=4, generated_tokens=generated)
    return Piece(text="", tokens=0, finish_reason=reason, usage=usage)  # type: ignore[arg-type]
