"""Decisions taken by the model: read off, never generated, never parsed.

All decisions about a question are shown to the model as one few-shot text whose last
line differs, or as one chat: the question is read once, each decision costs its last
line. What the model says is calibrated: by a weighing that the self-test has fitted to
the model, else by dividing out what it says to no question at all.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from jupyter_llmchat.language_model import (
    ChatPrompt,
    Choice,
    LanguageModel,
    Message,
    Part,
    Priority,
    Prompt,
    TextPrompt,
)
from jupyter_llmchat.models.decision_skill import (
    DEFAULT_STYLE,
    DecisionSkill,
    DecisionStyle,
)
from jupyter_llmchat.prompts.deciding import (
    DecisionPrompt,
    Example,
    Subject,
    decision,
    group,
    members,
)
from jupyter_llmchat.protocol.events import Decision, Option

from .comparison import excerpt

EXCERPT_CHARS = 1200
"""More of a text does not change what kind of text it is."""

Skills = Mapping[str, DecisionSkill]
"""By the decision's name; one that is missing has not been tested."""


async def decide(
    model: LanguageModel,
    turn_id: str,
    prompt: DecisionPrompt,
    content: str,
    *,
    skill: DecisionSkill | None = None,
    deadline: float | None = None,
    priority: Priority = Priority.DECISION,
) -> Decision:
    """One decision on `content`. Raises what the model raises."""
    (decided,) = await decide_all(
        model,
        turn_id,
        (prompt,),
        content,
        skills={prompt.name: skill} if skill else {},
        deadline=deadline,
        priority=priority,
    )
    return decided


async def decide_all(
    model: LanguageModel,
    turn_id: str,
    prompts: Sequence[DecisionPrompt],
    content: str,
    *,
    skills: Skills,
    deadline: float | None = None,
    priority: Priority = Priority.DECISION,
) -> tuple[Decision, ...]:
    """Decisions on the same content, in one batch. Raises what the model raises.

    One that the model cannot take is the safe option, and says so.
    """
    choices = await choose_all(
        model, prompts, content, skills=skills, deadline=deadline, priority=priority
    )
    return tuple(
        _decision(turn_id, prompt, choice, skills.get(prompt.name))
        for prompt, choice in zip(prompts, choices, strict=True)
    )


async def choose_all(
    model: LanguageModel,
    prompts: Sequence[DecisionPrompt],
    content: str,
    *,
    skills: Skills,
    deadline: float | None = None,
    priority: Priority = Priority.DECISION,
) -> tuple[Choice, ...]:
    """The probabilities that decisions are read off, calibrated as well as can be.

    The options of a choice are those of its prompt, in their order.
    """
    wanted = (_reads(prompt, skills.get(prompt.name)) for prompt in prompts)
    reads = dict.fromkeys(itertools.chain.from_iterable(wanted))
    heard = await asyncio.gather(
        *(_asked(model, each, content, deadline, priority) for each in reads)
    )
    said = dict(zip(reads, heard, strict=True))
    return tuple(_choice(each, skills.get(each.name), said) for each in prompts)


def answered(question: str, answer: str) -> str:
    """The content of a decision about an answer: a line for each."""
    return f"{_excerpt(question)}\n{_excerpt(answer)}"


def render(
    prompt: DecisionPrompt, content: str, style: DecisionStyle = DEFAULT_STYLE
) -> Prompt:
    """Instructions, content and a label left open; few-shot examples unless in chat.

    Only the label differs between decisions about the same thing.
    """
    label = Part(f"\n{prompt.label}", trusted=True)
    parts = (*_content(prompt.about, content, style), label)
    if style == "chat":
        return ChatPrompt((Message("user", parts),))
    return TextPrompt(parts)


@dataclass(frozen=True)
class _Read:
    """A prompt, by its decision's name, and what is read off it."""

    name: str
    style: DecisionStyle
    words: tuple[str, ...] = ()
    """Without any, the options are read off, and the model's leaning divided out."""


def _reads(prompt: DecisionPrompt, skill: DecisionSkill | None) -> list[_Read]:
    """What has to be read for a decision."""
    style = skill.style if skill else DEFAULT_STYLE
    if skill is None or skill.weighing is None:
        return [_Read(prompt.name, style)]
    weighing = skill.weighing
    return [_Read(name, style, weighing.words) for name in weighing.evidence]


async def _asked(
    model: LanguageModel,
    read: _Read,
    content: str,
    deadline: float | None,
    priority: Priority,
) -> Choice:
    prompt = decision(read.name)
    free = () if read.words else prompt.content_free
    return await model.choose(
        render(prompt, content, read.style),
        continuations(read.words or prompt.said, read.style),
        content_free=tuple(render(prompt, each, read.style) for each in free),
        deadline=deadline,
        priority=priority,
    )


def continuations(words: Sequence[str], style: DecisionStyle) -> tuple[str, ...]:
    """The words as the model would write them."""
    # In text a label follows its colon after a space; a reply begins without one.
    return tuple(word if style == "chat" else f" {word}" for word in words)


def _choice(
    prompt: DecisionPrompt, skill: DecisionSkill | None, said: Mapping[_Read, Choice]
) -> Choice:
    """The choice between the prompt's options, by what the model has said."""
    reads = _reads(prompt, skill)
    own = next(said[each] for each in reads if each.name == prompt.name)
    if skill is None or skill.weighing is None:
        return msgspec.structs.replace(own, options=prompt.options)
    weighing = skill.weighing
    heard = {each.name: said[each].raw for each in reads}
    raw = [own.raw[weighing.words.index(word)] for word in prompt.said]
    return msgspec.structs.replace(
        own,
        options=prompt.options,
        probabilities=weighing.probabilities(heard),
        raw=tuple(each / (math.fsum(raw) or 1.0) for each in raw),
        calibrated=True,
    )


def _content(about: Subject, content: str, style: DecisionStyle) -> tuple[Part, ...]:
    """Everything in front of the label. Only what is not ours is untrusted."""
    shared = group(about)
    head = Part(_head(about, style) + shared.content, trusted=True)
    # The space belongs to the content: most vocabularies join it to the word.
    if about == "question":
        return (head, Part(f" {_excerpt(content)}"))
    question, _, answer = content.partition("\n")
    between = Part(f"\n{shared.answer}", trusted=True)
    return (head, Part(f" {question}"), between, Part(f" {_excerpt(answer)}"))


@functools.cache
def _head(about: Subject, style: DecisionStyle) -> str:
    """The instructions of all decisions; their examples in turn, unless in a chat."""
    prompts = members(about)
    instructions = "\n".join(each.instruction for each in prompts) + "\n\n"
    if style == "chat":
        return instructions
    rounds = itertools.zip_longest(
        *([_shown(prompt, each) for each in prompt.examples] for prompt in prompts),
        fillvalue="",
    )
    return instructions + "".join(itertools.chain.from_iterable(rounds))


def _shown(prompt: DecisionPrompt, example: Example) -> str:
    shared = group(prompt.about)
    text = f"{shared.content} {example.content}\n"
    if example.answer:
        text += f"{shared.answer} {example.answer}\n"
    return f"{text}{prompt.label} {prompt.word(example.label)}\n\n"


def _excerpt(text: str) -> str:
    """Beginning and end of a long text, on one line as in the examples."""
    return excerpt(" ".join(text.split()), EXCERPT_CHARS)


def _decision(
    turn_id: str, prompt: DecisionPrompt, choice: Choice, skill: DecisionSkill | None
) -> Decision:
    able = skill is None or skill.reliable
    pairs = zip(choice.options, choice.probabilities, strict=True)
    return Decision(
        turn_id=turn_id,
        name=prompt.name,
        options=tuple(Option(label=label, probability=p) for label, p in pairs),
        chosen=choice.best if able else prompt.safe,
        calibrated=choice.calibrated,
        tokens=choice.tokens,
        ms=choice.ms,
        source="model" if able else "default",
    )
