"""Decisions taken by the model: read off, never generated, never parsed.

The prompt is few-shot text; its examples sit in the cached prefix. The probabilities
of the options are divided by those for content-free input, since without this a small
model says what it always says (DESIGN §2: 11 of 15 right without, 15 with).
"""

from __future__ import annotations

from jupyter_llmchat.language_model import (
    Choice,
    LanguageModel,
    Part,
    Priority,
    TextPrompt,
)
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
    deadline: float | None = None,
    priority: Priority = Priority.DECISION,
) -> Decision:
    """The model's decision on `content`. Raises what the model raises."""
    choice = await model.choose(
        render(prompt, _excerpt(content)),
        # The label follows its colon after a space, as in the examples.
        tuple(f" {option}" for option in prompt.options),
        content_free=tuple(render(prompt, each) for each in prompt.content_free),
        deadline=deadline,
        priority=priority,
    )
    return _decision(turn_id, prompt, choice)


def render(prompt: DecisionPrompt, content: str) -> TextPrompt:
    """Instruction, examples, then the content with its label left open."""
    examples = "".join(
        f"{prompt.content} {each.content}\n{prompt.label} {each.label}\n\n"
        for each in prompt.examples
    )
    head = f"{prompt.instruction}\n\n{examples}{prompt.content}"
    return TextPrompt(
        (
            Part(head, trusted=True),
            # The space belongs to the content: most vocabularies join it to the word.
            Part(f" {content}"),
            Part(f"\n{prompt.label}", trusted=True),
        )
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
