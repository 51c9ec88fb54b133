"""Reads the prompt files. What they hold is frozen, so each is read once."""

from __future__ import annotations

import functools
from typing import Annotated

import msgspec

from jupyter_llmchat.protocol.ids import ContextKind

from .files import read
from .staging import StagePrompts as StagePrompts
from .staging import stages as stages


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


class Labelled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question, or an answer to it, and how it is to be decided."""

    content: str
    labels: dict[str, str]
    """The right option of each decision that is clear, by its name."""
    answer: str = ""


class SelfTestSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a model is tested with; none of it is an example in a prompt."""

    questions: tuple[Labelled, ...]
    answers: tuple[Labelled, ...]


class ContextPrompts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands around the parts of the user's notebook."""

    version: str
    opening: str
    """After the system's words, in front of the first part."""
    question: str
    """Between parts and the question, where they are in one message."""
    headings: dict[ContextKind, str]
    """In front of a part's name."""


@functools.cache
def context() -> ContextPrompts:
    return read("context.toml", ContextPrompts)


@functools.cache
def judge() -> JudgePrompts:
    return read("judge.toml", JudgePrompts)


@functools.cache
def selftest() -> SelfTestSet:
    return read("selftest.toml", SelfTestSet)
