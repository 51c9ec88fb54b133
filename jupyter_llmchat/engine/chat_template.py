"""A conversation → prompt parts, by the chat template that came with the model.

The template is rendered with placeholders where the contents go. What stands around
them is template text; the contents never pass through it, so a template cannot tell
content from content and content cannot form control tokens.
"""

from __future__ import annotations

import re
import secrets

from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.language_model import ChatPrompt, Message, Part

PLAIN = (
    "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n\n"
    "{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}"
)
"""For models that bring none."""


class ChatTemplate:
    """One model's template. Without loops over anything but the messages it is quick;
    it runs sandboxed and knows neither the time nor the machine."""

    def __init__(self, source: str | None, bos: str, eos: str) -> None:
        from jinja2 import TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.loopcontrols"],
        )
        environment.globals["raise_exception"] = _refuse
        self._names = {"bos_token": bos, "eos_token": eos}
        self._errors = TemplateError
        try:
            self._template = environment.from_string(source or PLAIN)
        except TemplateError as error:
            raise ModelUnavailable(
                f"The model's chat template cannot be read: {error}.",
                "Use another GGUF file of this model.",
            ) from error

    def render(self, prompt: ChatPrompt) -> tuple[Part, ...]:
        """Parts in their order, ready to be tokenised. Raises ModelUnavailable."""
        nonce = secrets.token_hex(8)
        try:
            return self._render(prompt.messages, prompt.opening, nonce)
        except self._errors:
            merged = _without_system(prompt.messages)
        try:
            return self._render(merged, prompt.opening, nonce)
        except self._errors as error:
            raise ModelUnavailable(
                f"The model's chat template refuses the conversation: {error}.",
                "Use another GGUF file of this model.",
            ) from error

    def _render(
        self, messages: tuple[Message, ...], opening: str, nonce: str
    ) -> tuple[Part, ...]:
        contents: list[Part] = []
        stand_ins = []
        for message in messages:
            text = ""
            for part in message.parts:
                text += f"{nonce}:{len(contents)}:"
                contents.append(part)
            stand_ins.append({"role": message.role, "content": text})
        rendered = self._template.render(
            messages=stand_ins, add_generation_prompt=True, **self._names
        )
        pieces = re.split(f"{nonce}:([0-9]+):", rendered + opening)
        parts = [
            contents[int(piece)] if index % 2 else Part(piece, trusted=True)
            for index, piece in enumerate(pieces)
        ]
        return tuple(part for part in parts if part.text)


def _refuse(message: str) -> None:
    from jinja2 import TemplateError

    raise TemplateError(message)


def _without_system(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The system message joined to the first of the user, for models without one."""
    if len(messages) < 2 or messages[0].role != "system":
        return messages
    system, first, *rest = messages
    blank = Part("\n\n", trusted=True)
    joined = Message(role=first.role, parts=(*system.parts, blank, *first.parts))
    return (joined, *rest)
