"""How facts are found that answer a question: `grounding.toml`."""

from __future__ import annotations

import functools
from typing import Annotated

import msgspec

from .files import read

Number = Annotated[int, msgspec.Meta(ge=1)]
Share = Annotated[float, msgspec.Meta(gt=0, le=1)]


class GroundedExample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fact and a question that it answers."""

    fact: str
    question: str


class GroundingWeights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How facts are told apart, and whether any fits: log-odds a unit."""

    likelihood: float
    """Of a fact, a nat a token that it makes the question likelier."""
    keywords: float
    """Of a fact, a point of the words that it shares with the question."""
    bias: float
    """Of any fact at all."""
    gain: float
    """As `likelihood`, of the fact that is best, against no fact."""
    matching: float
    """As `keywords`, of the fact that is best."""


class GroundingPrompts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Texts and figures for choosing facts."""

    version: str
    fact: str
    question: str
    """What stands before each."""
    nothing: str
    """Stands for no fact."""
    candidates: Number
    """Facts that the model is asked about."""
    near: Share
    """Of what the best one shares with the question, what another has to."""
    most: Number
    """Facts that an answer has."""
    share: Share
    """Of the best one's probability, what another fact needs."""
    weights: GroundingWeights
    examples: Annotated[tuple[GroundedExample, ...], msgspec.Meta(min_length=1)]


@functools.cache
def grounding() -> GroundingPrompts:
    """Frozen, so it is read once."""
    return read("grounding.toml", GroundingPrompts)
