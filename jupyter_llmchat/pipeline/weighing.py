"""Fits how the model's probabilities tell the options of a decision.

Softmax regression, held back by a penalty: a hundred contents with known options would
otherwise be learned by heart. Options count the same however many contents they have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Matrix = NDArray[float64]

PENALTY = 3.0
"""On the squared weights, of features scaled to unit spread, against the sum of the
contents' losses. Found on other questions than the test's; 1 to 10 do as well."""

STEPS = 100
"""Of accelerated gradient descent; more fit these contents better, but no others."""

FOLDS = 5


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Value of an option = its bias + weights · features."""

    biases: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]
    """One row for each option."""


def fit(
    features: Sequence[Sequence[float]], options: Sequence[int], number: int
) -> Fit:
    """`features` holds one row a content; `options` the right one of `number`."""
    import numpy as np

    table = np.asarray(features, dtype=float)
    centre, spread = table.mean(axis=0), table.std(axis=0) + 1e-6
    # As many features as contents tell the same. Products of tables this small are not
    # spread over threads, which would wait for each other while the model computes.
    basis, reduced = np.linalg.qr(((table - centre) / spread).T)
    biases, weights = _fitted(reduced.T, np.asarray(options), number)
    weights = basis @ weights / spread[:, None]
    biases = biases - centre @ weights
    return Fit(
        biases=tuple(biases.tolist()),
        weights=tuple(tuple(row) for row in weights.T.round(5).tolist()),
    )


def unseen(
    features: Sequence[Sequence[float]], options: Sequence[int], number: int
) -> list[int]:
    """What is chosen for each content by a fit to others (5 folds)."""
    import numpy as np

    table, right = np.asarray(features, dtype=float), np.asarray(options)
    folds = _folds(options)
    chosen = np.zeros(len(options), dtype=int)
    for fold in range(FOLDS):
        held = folds == fold
        if not held.any() or held.all():
            continue
        found = fit(table[~held].tolist(), right[~held].tolist(), number)
        values = table[held] @ np.asarray(found.weights).T + np.asarray(found.biases)
        chosen[held] = values.argmax(axis=1)
    return [int(each) for each in chosen]


def _folds(options: Sequence[int]) -> Matrix:
    """The fold of each content; every fold has its share of each option."""
    import numpy as np

    folds = np.zeros(len(options), dtype=int)
    for option in sorted(set(options)):
        places = [place for place, each in enumerate(options) if each == option]
        folds[places] = np.arange(len(places)) % FOLDS
    return folds


def _fitted(table: Matrix, options: Matrix, number: int) -> tuple[Matrix, Matrix]:
    """Biases, and weights in one column for each option."""
    import numpy as np

    count, width = table.shape
    wanted = np.eye(number)[options]
    per_option = wanted.sum(axis=0)
    share = (wanted / np.maximum(per_option, 1)).sum(axis=1, keepdims=True)
    share = share / share.sum()
    design = np.hstack([table, np.ones((count, 1))])
    penalty = np.full((width + 1, 1), PENALTY / count)
    penalty[-1] = 0
    steepest = 0.5 * np.linalg.norm(design * np.sqrt(share), 2) ** 2 + penalty.max()
    now = ahead = np.zeros((width + 1, number))
    momentum = 1.0
    for _ in range(STEPS):
        values = design @ ahead
        shares = np.exp(values - values.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        slope = design.T @ ((shares - wanted) * share) + penalty * ahead
        later = ahead - slope / steepest
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = later + (momentum - 1) / following * (later - now)
        now, momentum = later, following
    return now[-1], now[:-1]
