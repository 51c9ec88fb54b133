"""A question with its history → the chat prompt of each stage.

All stages of an answer, and the next question of the session, begin with the same
messages, so that the model reads them once.
"""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_llmchat.language_model import ChatPrompt, Message, Part
from jupyter_llmchat.prompts.catalogue import StagePrompts
from jupyter_llmchat.protocol.ids import Stage

from .question import Exchange, Question


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """The messages up to and with the question, and what did not fit."""

    messages: tuple[Message, ...]
    left_out: int
    """Earlier exchanges that are not part of the prompt."""


def conversation(
    question: Question, prompts: StagePrompts, history_chars: int
) -> Conversation:
    """The newest exchanges that fit into `history_chars`, then the question."""
    kept: list[Exchange] = []
    room = history_chars
    for exchange in reversed(question.history):
        room -= len(exchange.question) + len(exchange.answer)
        if room < 0:
            break
        kept.insert(0, exchange)
    messages = [Message("system", (Part(prompts.system, trusted=True),))]
    for exchange in kept:
        messages += [_said("user", exchange.question)]
        messages += [_said("assistant", exchange.answer)]
    messages.append(_said("user", question.text))
    left_out = len(question.history) - len(kept)
    return Conversation(messages=tuple(messages), left_out=left_out)


def stage_prompt(
    talk: Conversation, prompts: StagePrompts, stage: Stage, said: str
) -> ChatPrompt:
    """The prompt of a stage that follows what was `said` in this answer so far."""
    ask = prompts.stages[stage].ask
    if not ask:
        return ChatPrompt(talk.messages)
    request = Message("user", (Part(ask, trusted=True),))
    return ChatPrompt((*talk.messages, _said("assistant", said), request))


def _said(role: str, text: str) -> Message:
    assert role in ("user", "assistant")
    return Message(role, (Part(text),))  # type: ignore[arg-type]
