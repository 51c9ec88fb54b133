"""Log-probabilities of options → probabilities, with or without calibration."""

from __future__ import annotations

import math
from collections.abc import Sequence

LogProbs = Sequence[Sequence[float]]
"""One row an option: the log-probability of each of its tokens (nats)."""


def totals(logprobs: LogProbs) -> tuple[float, ...]:
    """Log-probability of each option as a whole."""
    return tuple(map(math.fsum, logprobs))


def normalised(logits: Sequence[float]) -> tuple[float, ...]:
    """Probabilities that sum to 1 (softmax)."""
    peak = max(logits)
    weights = [math.exp(each - peak) for each in logits]
    return tuple(weight / sum(weights) for weight in weights)


def leaning(content_free: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """The log of each option's mean probability over content-free inputs.

    `content_free` holds one row of totals an input. What a model says to no question
    at all is its own leaning (Zhao et al. 2021, "Calibrate Before Use").
    """
    columns = zip(*content_free, strict=True)
    return tuple(_log_mean_exp(column) for column in columns)


def calibrated(
    option_totals: Sequence[float], lean: Sequence[float]
) -> tuple[float, ...]:
    """Probabilities of the options with the leaning divided out."""
    pairs = zip(option_totals, lean, strict=True)
    return normalised([total - bias for total, bias in pairs])


def _log_mean_exp(values: Sequence[float]) -> float:
    peak = max(values)
    mean = math.fsum(math.exp(each - peak) for each in values) / len(values)
    return peak + math.log(mean)
