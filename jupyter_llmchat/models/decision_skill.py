"""How well a model takes a decision, and by what; found out by the self-test."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec

DecisionStyle = Literal["few_shot", "chat"]
"""A decision is read off few-shot text, or off the reply in a chat."""

DEFAULT_STYLE: DecisionStyle = "few_shot"
"""For a model that has not been tested."""

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]

LEAST = 1e-12
"""A word that is less probable says no more."""


class Weighing(msgspec.Struct, frozen=True, kw_only=True):
    """How what the model says about a content tells the options of one decision.

    A calibration of the model's own probabilities: softmax regression over their
    logarithms, fitted to contents whose right option is known.
    """

    evidence: tuple[str, ...]
    """Decisions whose prompts are read."""
    words: tuple[str, ...]
    """Whose probabilities are read off each of them."""
    biases: tuple[float, ...]
    """One for each option."""
    weights: tuple[tuple[float, ...], ...]
    """For each option, of every word after every prompt: `evidence` by `words`."""

    def probabilities(self, said: Mapping[str, Sequence[float]]) -> tuple[float, ...]:
        """Of the options; `said` holds, for each of `evidence`, those of the words."""
        features = [
            log for name in self.evidence for log in log_probabilities(said[name])
        ]
        values = [
            bias + math.fsum(map(math.prod, zip(weights, features, strict=True)))
            for bias, weights in zip(self.biases, self.weights, strict=True)
        ]
        peak = max(values)
        shares = [math.exp(value - peak) for value in values]
        return tuple(share / math.fsum(shares) for share in shares)


class DecisionSkill(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one decision by one model."""

    style: DecisionStyle = DEFAULT_STYLE
    accuracy: Share
    """Mean over the options of the share that was decided right, on contents that the
    weighing was not fitted to."""
    number: int
    """Contents that it was measured with."""
    chance: Share
    reliable: bool
    """Whether the accuracy is above chance beyond reasonable doubt."""
    weighing: Weighing | None = None
    """None divides out the model's leaning, and nothing more."""


def log_probabilities(probabilities: Sequence[float]) -> tuple[float, ...]:
    """Their logarithms (nats), none of them infinite."""
    return tuple(math.log(max(LEAST, each)) for each in probabilities)


def is_reliable(accuracy: float, number: int, chance: float) -> bool:
    """Whether chance would hardly be so often right: the lower end of a one-sided 95 %
    interval (Wilson) is above it."""
    if number == 0:
        return False
    z = 1.645
    centre = accuracy + z * z / (2 * number)
    spread = z * math.sqrt(
        accuracy * (1 - accuracy) / number + z * z / (4 * number * number)
    )
    return (centre - spread) / (1 + z * z / number) > chance
