"""Decisions taken by the model: read off, never generated, never parsed.

The prompt is few-shot text, whose examples sit in the cached prefix, or a request in a
chat: the self-test finds out what works for a model. The probabilities of the options
are divided by those for content-free input, since without this a small model says what
it always says (DESIGN §2: 11 of 15 right without, 15 with).
"""

from __future__ import annotations

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
from jupyter_llmchat.models.profile import DEFAULT_STYLE, DecisionStyle
from jupyter_llmchat.prompts.catalogue import DecisionPrompt
from jupyter_llmchat.protocol.events import Decision, Option

EXCERPT_CHARS = 1200
"""More of a question does not change what kind of question it is."""


async def decide(
    model: LanguageModel,
    turn_id: str,
    prompt: DecisionPrompt,
    content: str,
    *,
    style: DecisionStyle = DEFAULT_STYLE,
    deadline: float | None = None,
    priority: Priority = Priority.DECISION,
) -> Decision:
    """The model's decision on `content`. Raises what the model raises."""
    choice = await choose(
        model, prompt, content, style=style, deadline=deadline, priority=priority
    )
    return _decision(turn_id, prompt, choice)


async def choose(
    model: LanguageModel,
    prompt: DecisionPrompt,
    content: str,
    *,
    style: DecisionStyle,
    deadline: float | None = None,
    priority: Priority = Priority.DECISION,
) -> Choice:
    """The probabilities that the decision is read off, in the order of its options."""
    return await model.choose(
        render(prompt, _excerpt(content), style),
        _continuations(prompt, style),
        content_free=tuple(render(prompt, each, style) for each in prompt.content_free),
        deadline=deadline,
        priority=priority,
    )


def render(
    prompt: DecisionPrompt, content: str, style: DecisionStyle = DEFAULT_STYLE
) -> Prompt:
    """Instruction, content and a label left open; few-shot examples unless in chat."""
    if style == "chat":
        question = _open(prompt, f"{prompt.instruction}\n\n", content)
        return ChatPrompt((Message("user", question),))
    examples = "".join(
        f"{prompt.content} {each.content}\n{prompt.label} {each.label}\n\n"
        for each in prompt.examples
    )
    return TextPrompt(_open(prompt, f"{prompt.instruction}\n\n{examples}", content))


def _open(prompt: DecisionPrompt, head: str, content: str) -> tuple[Part, ...]:
    return (
        Part(f"{head}{prompt.content}", trusted=True),
        # The space belongs to the content: most vocabularies join it to the word.
        Part(f" {content}"),
        Part(f"\n{prompt.label}", trusted=True),
    )


def _continuations(prompt: DecisionPrompt, style: DecisionStyle) -> tuple[str, ...]:
    """The options as the model would write them."""
    # In text a label follows its colon after a space; a reply begins without one.
    return tuple(
        option if style == "chat" else f" {option}" for option in prompt.options
    )


def _excerpt(content: str) -> str:
    """Beginning and end of a long content, on one line as in the examples."""
    flat = " ".join(content.split())
    if len(flat) <= EXCERPT_CHARS:
        return flat
    half = EXCERPT_CHARS // 2
    return f"{flat[:half]} … {flat[-half:]}"


def _decision(turn_id: str, prompt: DecisionPrompt, choice: Choice) -> Decision:
    pairs = zip(prompt.options, choice.probabilities, strict=True)
    return Decision(
        turn_id=turn_id,
        name=prompt.name,
        options=tuple(Option(label=label, probability=p) for label, p in pairs),
        chosen=choice.best.strip(),
        calibrated=choice.calibrated,
        tokens=choice.tokens,
        ms=choice.ms,
    )
