"""What is asked for each part of an answer: `stages.toml`."""

from __future__ import annotations

import functools
from typing import Annotated, Literal

import msgspec

from jupyter_llmchat.protocol.ids import Stage, Strategy

from .files import read

Arrangement = Literal["independent", "reasons", "details"]
"""All at once, or one after the other beginning with the reasons or the details."""

Share = Annotated[float, msgspec.Meta(gt=0, le=1)]


class _Prompts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base: a key that nobody reads is a mistake in the file."""


class StagePrompt(_Prompts, frozen=True, kw_only=True):
    """How one part of an answer is asked for."""

    ask: str
    """What the user would say to get it; empty where the question itself asks."""
    until: Share
    """Share of the answer's time at which it has to end while others wait for it."""
    tokens: Annotated[int, msgspec.Meta(ge=1)]
    intents: dict[str, str] = {}
    """What is asked for instead, by what the user wants to have done."""


class Improvement(_Prompts, frozen=True, kw_only=True):
    """How another attempt is asked for, by what the model found wrong."""

    incomplete: str
    unclear: str
    both: str
    neither: str


class Rewriting(_Prompts, frozen=True, kw_only=True):
    """A question and the same question put precisely."""

    question: str
    rewritten: str


class RefinementPrompt(_Prompts, frozen=True, kw_only=True):
    """How the model puts a question into better words."""

    instruction: str
    question: str
    """What stands before a question."""
    rewritten: str
    """What stands before a rewritten one."""
    nothing: str
    """Stands for a question that is left out."""
    tokens: Annotated[int, msgspec.Meta(ge=1)]
    examples: tuple[Rewriting, ...]


class StagePrompts(_Prompts, frozen=True, kw_only=True):
    """The parts of an answer."""

    version: str
    system: str
    understood: str
    hurry: str
    strategies: dict[Strategy, tuple[Stage, ...]]
    """Parts by strategy, in reading order."""
    arrangements: dict[Arrangement, dict[Stage, tuple[Stage, ...]]]
    """The parts that a part sees; one that is not named sees none."""
    stages: dict[Stage, StagePrompt]
    expertise: dict[str, str]
    improvement: Improvement
    refinement: RefinementPrompt


@functools.cache
def stages() -> StagePrompts:
    """Frozen, so it is read once."""
    return read("stages.toml", StagePrompts)
