"""OpenAI's messages → what a model is asked. Whatever they say stays content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.language_model import ChatPrompt, Message, Part

from .requests import ChatMessage, ContentPart

if TYPE_CHECKING:
    from jupyter_llmchat.pipeline import Exchange

Role = Literal["system", "user", "assistant"]

_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}
_NEEDED = ("name", "tool_calls", "function_call", "tool_call_id", "audio")
"""Fields that would change what the model reads."""


@dataclass(frozen=True)
class Said:
    """One message as text."""

    role: Role
    text: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A conversation as the pipeline takes it."""

    system_prompt: str
    history: tuple[Exchange, ...]
    question: str


def said(messages: tuple[ChatMessage, ...]) -> tuple[Said, ...]:
    """The messages as text; raises BadRequest naming what cannot be read."""
    return tuple(_said(f"messages[{n}]", each) for n, each in enumerate(messages))


def prompt(conversation: tuple[Said, ...]) -> ChatPrompt:
    """As the model's own chat template puts it; nothing is added."""
    return ChatPrompt(
        tuple(Message(each.role, (Part(each.text),)) for each in conversation)
    )


def asked(conversation: tuple[Said, ...]) -> Asked:
    """The last message as a question; raises BadRequest if it is not the user's."""
    from jupyter_llmchat.pipeline import Exchange

    turns = _joined(each for each in conversation if each.role != "system")
    if not turns or turns[-1].role != "user" or not turns[-1].text.strip():
        raise BadRequest(
            "`messages` do not end with a question of the user.",
            "Send a last message with the role user and a text.",
        )
    *earlier, last = turns
    if earlier and earlier[0].role == "assistant":
        # A greeting, as chat windows begin with.
        earlier.insert(0, Said("user", ""))
    rules = [each.text for each in conversation if each.role == "system"]
    return Asked(
        system_prompt="\n\n".join(filter(str.strip, rules)),
        question=last.text,
        history=tuple(
            Exchange(question=question.text, answer=answer.text)
            for question, answer in zip(earlier[::2], earlier[1::2], strict=True)
        ),
    )


def _joined(messages: Iterable[Said]) -> list[Said]:
    """Messages of one role in a row made one."""
    return [
        Said(role, "\n\n".join(each.text for each in group))
        for role, group in groupby(messages, key=lambda each: each.role)
    ]


def _said(place: str, message: ChatMessage) -> Said:
    role = _ROLES.get(message.role)
    if role is None:
        raise BadRequest(
            f"`{place}.role` is {message.role[:50]!r}, which no model here reads.",
            f"Use one of {', '.join(_ROLES)}.",
        )
    for field in _NEEDED:
        if getattr(message, field):
            raise BadRequest(
                f"`{place}.{field}` cannot be used: models here read text only.",
                "Leave it out.",
            )
    return Said(role, _text(f"{place}.content", message.content))


def _text(place: str, content: str | tuple[ContentPart, ...] | None) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    for part in content:
        if part.type != "text" or part.text is None:
            raise BadRequest(
                f"`{place}` has a part of type {part.type[:50]!r}; models here read"
                " text only.",
                "Send its content as text.",
            )
    return "".join(part.text or "" for part in content)
