"""How well a model judges answers, and by what; found out by the self-test."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

JudgeMethod = Literal["comparison", "rating"]

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Scale(msgspec.Struct, frozen=True):
    """What the model says of an answer → how probable it is that the answer is good."""

    bias: float
    weights: tuple[float, ...]
    """One for each feature of `pipeline/comparison`."""

    def probability(self, features: Sequence[float]) -> float:
        pairs = zip(self.weights, features, strict=True)
        value = self.bias + math.fsum(weight * each for weight, each in pairs)
        # Beyond this a probability is 0 or 1 to a float, and exp overflows.
        return 1 / (1 + math.exp(-max(-500.0, min(value, 500.0))))


class Scales(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One for the whole and one for each criterion."""

    overall: Scale
    relevance: Scale
    completeness: Scale
    accuracy: Scale
    clarity: Scale


class Reliability(msgspec.Struct, frozen=True, kw_only=True):
    """AUC of good answers against bad ones: 1 is perfect, 0.5 is chance."""

    mismatched: Share
    """Against good answers to other questions, by relevance."""
    degenerate: Share
    """Against nonsense and empty talk, by clarity."""
    incomplete: Share
    """Against answers that break off, by completeness."""
    subtle: Share
    """Against answers with a mistake in them, by accuracy."""
    overall: Share
    """Against all of these, by the score."""


class JudgeSkill(msgspec.Struct, frozen=True, kw_only=True):
    """Chosen for a model."""

    version: str
    """Of the prompts and the test set."""
    method: JudgeMethod
    scales: Scales | None
    """None takes those that come with the prompts."""
    reliability: Reliability
    rows: int
    """Questions of the test."""
    seconds: float
