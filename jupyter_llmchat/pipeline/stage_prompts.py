"""What the model is asked for each part of an answer.

All of them begin with the same messages up to and with the question, so that the model
reads those once.
"""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_llmchat.language_model import ChatPrompt, Message, Part
from jupyter_llmchat.prompts.staging import StagePrompts
from jupyter_llmchat.protocol.ids import Stage

GAP = Part("\n\n", trusted=True)


@dataclass(frozen=True, kw_only=True)
class Guide:
    """What the model has decided about how later parts are put."""

    intent: str
    expertise: str
    understood: str = ""
    """The question in the model's better words; empty if its own are good enough."""
    hurry: bool = False
    """Whether time is left for a few words only."""


def stage_prompt(
    messages: tuple[Message, ...],
    prompts: StagePrompts,
    stage: Stage,
    guide: Guide | None = None,
    seen: str = "",
) -> ChatPrompt:
    """`messages` end with the question; `seen` is what the answer says so far, as far
    as the part is shown it. The core needs no guide: nothing is decided yet."""
    if guide is None:
        return ChatPrompt(messages)
    return ChatPrompt(_asked(messages, _request(prompts, stage, guide), seen))


def improvement_prompt(
    messages: tuple[Message, ...],
    prompts: StagePrompts,
    answer: str,
    *,
    complete: str,
    clear: str,
) -> ChatPrompt:
    """Asks for another attempt; `complete` and `clear` are decided: yes or no."""
    texts = prompts.improvement
    match complete, clear:
        case "no", "no":
            ask = texts.both
        case "no", _:
            ask = texts.incomplete
        case _, "no":
            ask = texts.unclear
        case _:
            ask = texts.neither
    return ChatPrompt(_asked(messages, (Part(ask, trusted=True),), answer))


def _asked(
    messages: tuple[Message, ...], request: tuple[Part, ...], seen: str
) -> tuple[Message, ...]:
    if seen:
        answer = Message("assistant", (Part(seen),))
        return (*messages, answer, Message("user", request))
    # In the question's own message: many templates refuse two of the same role in a
    # row, and the tokens up to here are the same.
    question = messages[-1]
    return (*messages[:-1], Message("user", (*question.parts, GAP, *request)))


def _request(prompts: StagePrompts, stage: Stage, guide: Guide) -> tuple[Part, ...]:
    texts = prompts.stages[stage]
    ask = texts.intents.get(guide.intent, texts.ask)
    hurry = prompts.hurry if guide.hurry else ""
    manner = prompts.expertise.get(guide.expertise, "")
    request = Part(" ".join(each for each in (ask, manner, hurry) if each), True)
    if not guide.understood:
        return (request,)
    return (
        Part(f"{prompts.understood} ", trusted=True),
        Part(guide.understood),
        GAP,
        request,
    )
