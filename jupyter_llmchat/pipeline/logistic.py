"""Logistic regression that stays near where it starts: few rows teach it little."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_llmchat.models.judge_skill import Scale

STRENGTH = 2.0
"""With which the weights are held: that of so many rows."""
STEPS = 100

Rows = Sequence[Sequence[float]]


def fitted(good: Rows, bad: Rows, start: Scale) -> Scale:
    """`start` moved towards telling good rows from bad ones, both kinds counting alike.

    Only the bias and weights that are not 0 move: a scale goes by its own features.
    """
    import numpy as np

    used = [index for index, weight in enumerate(start.weights) if weight]
    if not good or not bad or not used:
        return start
    x = np.array([*good, *bad], dtype=float)[:, used]
    spread = x.std(axis=0) + 1e-9
    middle = x.mean(axis=0)
    x = np.column_stack([np.ones(len(x)), (x - middle) / spread])
    is_good = np.array([1.0] * len(good) + [0.0] * len(bad))
    counts = np.where(is_good == 1, 1 / len(good), 1 / len(bad)) * len(x) / 2
    first = np.array(start.weights)[used]
    origin = np.array([start.bias + first @ middle, *(first * spread)])
    current = origin
    # Curved at most so much, whatever the probabilities: every step is an improvement
    # (Böhning 1992), where Newton's own can swing to and fro.
    curve = (x * (counts / 4)[:, None]).T @ x + STRENGTH * np.eye(len(current))
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(x @ current, -500, 500)))
        slope = x.T @ (counts * (p - is_good)) + STRENGTH * (current - origin)
        current = current - np.linalg.solve(curve, slope)
    weights = np.zeros(len(start.weights))
    weights[used] = current[1:] / spread
    bias = current[0] - weights[used] @ middle
    return Scale(float(bias), tuple(weights.tolist()))
