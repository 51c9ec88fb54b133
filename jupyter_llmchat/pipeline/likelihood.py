"""How likely the model finds one text once it knows another."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from jupyter_llmchat.language_model import LanguageModel, Part, Priority, TextPrompt


@dataclass(frozen=True)
class Labelled:
    """A text and what stands before it, `Question:` for example."""

    label: str
    """Ours; the text need not be."""
    text: str


async def loglik(
    model: LanguageModel,
    text: Labelled,
    given: Labelled,
    *,
    deadline: float | None = None,
    priority: Priority = Priority.DECISION,
) -> float:
    """Mean log-probability (nats a token) of `text` after `given`. Raises what the
    model raises."""
    prompt = TextPrompt(
        (
            Part(given.label, trusted=True),
            Part(f" {given.text}"),
            Part(f"\n{text.label}", trusted=True),
        )
    )
    return await model.loglik(
        prompt, f" {text.text}", deadline=deadline, priority=priority
    )


async def gain(
    model: LanguageModel,
    text: Labelled,
    given: Labelled,
    nothing: str,
    *,
    deadline: float | None = None,
    priority: Priority = Priority.DECISION,
) -> float:
    """What knowing `given` adds to the log-probability of `text` (nats a token);
    `nothing` stands for a text that is not known. Raises what the model raises."""
    unknown = Labelled(given.label, nothing)
    known, alone = await asyncio.gather(
        *(
            loglik(model, text, each, deadline=deadline, priority=priority)
            for each in (given, unknown)
        )
    )
    return known - alone
