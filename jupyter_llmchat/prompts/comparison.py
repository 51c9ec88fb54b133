"""What the judge compares an answer with: `comparison.toml` and `judge_test.toml`."""

from __future__ import annotations

import functools
from typing import Literal

import msgspec

from .files import read

BadKind = Literal["mismatched", "degenerate", "incomplete", "subtle"]


class Replies(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the user might say to an answer."""

    label: str
    """What stands before a reply."""
    evidence: str
    """What stands before what has been found out about the answer."""
    options: tuple[str, ...]
    helps: str
    not_asked: str
    wrong: str
    """Options that tell most about an answer."""
    content_free: tuple[str, ...]
    """Questions and answers that say nothing."""


class Suggestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the model is asked what it would do better."""

    ask: str
    opening: str
    """First words of the reply."""
    max_tokens: int
    other_question: str
    """One that a suggestion for another answer could be about."""


class ComparisonPrompts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Texts that are like an answer in one way each, and how they are weighed."""

    question: str
    """What stands before a question."""
    answer: str
    """What stands before an answer."""
    nothing: str
    """Stands for a text that is left out."""
    questions: tuple[str, ...]
    """Answered in each of the ways below."""
    good: tuple[str, ...]
    """The first text introduces the others, here and below."""
    nonsense: tuple[str, ...]
    backward: str
    """Introduces answers in front of their questions."""
    replies: Replies
    suggestion: Suggestion
    scales: dict[str, dict[str, float]]
    """Weights of the features by criterion; `bias` is added."""


class JudgedRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question, a good answer and a bad one of one kind."""

    question: str
    good: str
    kind: BadKind
    bad: str


class JudgeTestSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a judge is tested with; none of it is an example in a prompt."""

    rows: tuple[JudgedRow, ...]


@functools.cache
def comparison() -> ComparisonPrompts:
    return read("comparison.toml", ComparisonPrompts)


@functools.cache
def judge_test() -> JudgeTestSet:
    return read("judge_test.toml", JudgeTestSet)
