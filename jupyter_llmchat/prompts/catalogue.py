"""Reads the prompt files. What they hold is frozen, so each is read once."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import Annotated, TypeVar

import msgspec

from jupyter_llmchat.protocol.ids import Stage

T = TypeVar("T")


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A content and the option that is right for it."""

    content: str
    label: str


class DecisionPrompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A decision that is read off a few-shot prompt."""

    name: str
    instruction: str
    content: str
    """What stands before a content."""
    label: str
    """What stands before its label."""
    options: tuple[str, ...]
    content_free: tuple[str, ...]
    """Contents that say nothing: what the model makes of them is its own leaning."""
    examples: tuple[Example, ...]


class RatedAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer to a question and the rating that is right for it."""

    question: str
    answer: str
    rating: int


class RatingPrompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rating from 1 that is read off a few-shot prompt."""

    instruction: str
    label: str
    """What stands before a rating."""
    highest: Annotated[int, msgspec.Meta(ge=2, le=9)]
    """One digit, so that one evaluation reads off all of them."""
    content_free: tuple[str, ...]
    """Questions and answers that say nothing."""
    examples: tuple[RatedAnswer, ...]


class JudgePrompts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an answer is judged."""

    question: str
    """What stands before a question."""
    answer: str
    """What stands before an answer."""
    nothing: str
    """Stands for a text that is left out."""
    rating: RatingPrompt


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question and a right answer to it."""

    question: str
    answer: str


class SelfTestSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a model is tested with; none of it is an example in a prompt."""

    questions: tuple[Example, ...]
    """With the strategy that each needs."""
    pairs: tuple[Pair, ...]
    degenerate: str
    """What a model says that has lost its thread; an answer to nothing."""


class StagePrompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one part of an answer is asked for."""

    ask: str
    """What the user would say to get it; empty where the question itself asks."""
    until: float
    """Share of the answer's time at which it has to end while others follow."""


class StagePrompts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parts of an answer."""

    version: str
    system: str
    strategies: dict[str, tuple[Stage, ...]]
    """Parts by strategy, in the order in which they run."""
    stages: dict[Stage, StagePrompt]


@functools.cache
def decision(name: str) -> DecisionPrompt:
    """The decision of that name; every option has a different example."""
    return _read(f"{name}.toml", DecisionPrompt)


@functools.cache
def stages() -> StagePrompts:
    return _read("stages.toml", StagePrompts)


@functools.cache
def judge() -> JudgePrompts:
    return _read("judge.toml", JudgePrompts)


@functools.cache
def selftest() -> SelfTestSet:
    return _read("selftest.toml", SelfTestSet)


def _read(file: str, kind: type[T]) -> T:
    text = resources.files(__package__).joinpath(file).read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), type=kind)
