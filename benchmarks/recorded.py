"""The model calls of an answer, written down so that others can make them too."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from jupyter_llmchat.engine.chat_template import ChatTemplate
from jupyter_llmchat.language_model import (
    Choice,
    LanguageModel,
    Piece,
    Prompt,
    SamplingParams,
    TextPrompt,
)

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""The embedded model's template."""


@dataclass(frozen=True)
class Call:
    """One call: the text that is read, and how many tokens are written after it."""

    text: str
    tokens: int


class Recorder:
    """A LanguageModel that passes everything on and writes down what it was asked.

    What only needs to be done once for a model (calibration) is not written down, nor
    what is done before anyone asks (`prepare`).
    """

    def __init__(self, model: LanguageModel) -> None:
        self.calls: list[Call] = []
        self._model = model
        self._template = ChatTemplate(CHATML, "", "")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    async def generate(
        self, prompt: Prompt, params: SamplingParams, **named: Any
    ) -> AsyncGenerator[Piece, None]:
        tokens = 0
        try:
            async for piece in self._model.generate(prompt, params, **named):
                tokens += piece.tokens
                yield piece
        finally:
            self.calls.append(Call(self._rendered(prompt), max(1, tokens)))

    async def choose(
        self, prompt: Prompt, options: tuple[str, ...], **named: Any
    ) -> Choice:
        self.calls.append(Call(self._rendered(prompt), 1))
        return await self._model.choose(prompt, options, **named)

    async def loglik(self, prompt: Prompt, continuation: str, **named: Any) -> float:
        self.calls.append(Call(self._rendered(prompt) + continuation, 1))
        return await self._model.loglik(prompt, continuation, **named)

    def _rendered(self, prompt: Prompt) -> str:
        if isinstance(prompt, TextPrompt):
            parts = prompt.parts
        else:
            parts = self._template.render(prompt)
        return "".join(part.text for part in parts)
