"""What was measured: the same table and the same JSON for evaluation and benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

HEADINGS = ("measure", "value", "beside", "ratio", "bound", "")


@dataclass(frozen=True, kw_only=True)
class Bound:
    """What a figure, or its ratio to the peer's, has to reach."""

    of: Literal["value", "ratio"]
    limit: float
    at_least: bool = False

    def holds(self, number: float) -> bool:
        return number >= self.limit if self.at_least else number <= self.limit

    def __str__(self) -> str:
        return f"{self.of} {'>=' if self.at_least else '<='} {self.limit:g}"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of a report."""

    measure: str
    value: float
    unit: str
    peer_value: float | None = None
    """What the measure names to compare with, in the same unit."""
    bound: Bound | None = None
    """None for a figure that only stands beside another."""

    @property
    def ratio(self) -> float | None:
        """Value by peer value; None without a peer, or where that is 0."""
        return self.value / self.peer_value if self.peer_value else None

    @property
    def holds(self) -> bool | None:
        """None when nothing was to be reached; False for a ratio that is missing."""
        if self.bound is None:
            return None
        number = self.value if self.bound.of == "value" else self.ratio
        return number is not None and self.bound.holds(number)

    def as_json(self) -> dict[str, str | float | bool | None]:
        return {
            "measure": self.measure,
            "value": self.value,
            "unit": self.unit,
            "peer_value": self.peer_value,
            "ratio": self.ratio,
            "bound": None if self.bound is None else str(self.bound),
            "holds": self.holds,
        }

    def cells(self) -> tuple[str, ...]:
        """Its row of the table, under HEADINGS."""
        ratio, peer = self.ratio, self.peer_value
        return (
            self.measure,
            f"{_number(self.value)} {self.unit}",
            "" if peer is None else f"{_number(peer)} {self.unit}",
            "" if ratio is None else f"{ratio:.2f} x",
            "" if self.bound is None else str(self.bound),
            {None: "", True: "holds", False: "MISSED"}[self.holds],
        )


def table(figures: Sequence[Figure]) -> str:
    """One line a figure; numbers are right-aligned."""
    rows = [HEADINGS, *(figure.cells() for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _number(value: float) -> str:
    """Three digits that say something, and no exponent."""
    size = abs(value)
    return f"{value:.{0 if size >= 100 else 1 if size >= 10 else 2}f}"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    measure, *numbers, verdict = row
    left, *middle, _ = widths
    cells = (f"{cell:>{width}}" for cell, width in zip(numbers, middle, strict=True))
    return "  ".join([f"{measure:{left}}", *cells, verdict]).rstrip()
