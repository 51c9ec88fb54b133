"""Figures of arrays of numbers, as far as there is time for them."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

SAMPLE: Final = 5000
"""Values that stand for all others where there are too many."""
_NANOSECONDS: Final = {True: 3.0, False: 20.0}
"""For each value; by whether the values lie side by side."""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Of the values that are there; missing ones count in `missing` only."""

    mean: float | None = None
    minimum: Any = None
    """A number or a date, as the array's; None where it is not known."""
    maximum: Any = None
    missing: int | None = 0
    sampled: bool = False
    """Of only some of the values, so it is about right."""


Known = dict[tuple[object, ...], Summary]
"""By what an array is known by; it holds as long as no cell has run."""


class Time(Protocol):
    """Seconds now, and seconds that are left."""

    def now(self) -> float: ...
    def left(self) -> float: ...


@dataclass(frozen=True)
class Statistics:
    """Reads arrays of exactly numpy's own type."""

    time: Time
    known: Known = field(default_factory=dict)

    def of(self, values: Any) -> Summary | None:
        """None for what are neither numbers nor dates, and if there is no time."""
        if values.dtype.kind not in "iufbmM" or not values.size:
            return None
        where = values.__array_interface__["data"][0]
        key = (where, values.shape, values.strides, values.dtype.str)
        if key not in self.known:
            found = self._found(values)
            if found is None or found.sampled:
                return found
            self.known[key] = found
        return self.known[key]

    def _found(self, values: Any) -> Summary | None:
        if self.affords(values.size, self._side_by_side(values)):
            return _exact(values)
        if values.dtype.kind in "mM":
            return None
        few = values[:: max(1, len(values) // SAMPLE)] if values.ndim else values
        if few.size > 2 * SAMPLE or not self.affords(few.size, False):
            return None
        found = _exact(few)
        return Summary(mean=found.mean, missing=None, sampled=True)

    def affords(self, size: int, side_by_side: bool = True) -> bool:
        """Whether there is time to read so many values."""
        return size * _NANOSECONDS[side_by_side] * 1e-9 < self.time.left()

    def _side_by_side(self, values: Any) -> bool:
        return bool(values.flags.c_contiguous or values.flags.f_contiguous)


def _exact(values: Any) -> Summary:
    numpy: Any = sys.modules["numpy"]
    # Of this thread only; what the user has set stays.
    with numpy.errstate(all="ignore"):
        if values.dtype.kind in "mM":
            return _span(values, numpy)
        low, high, missing = values.min(), values.max(), 0
        if low != low:
            there = values[~numpy.isnan(values)]
            missing = values.size - there.size
            if not there.size:
                return Summary(missing=missing)
            values, low, high = there, there.min(), there.max()
        mean = float(values.mean(dtype="float64"))
    mean_or_none = None if math.isnan(mean) else mean
    return Summary(
        mean=mean_or_none, minimum=low.item(), maximum=high.item(), missing=missing
    )


def _span(values: Any, numpy: Any) -> Summary:
    """Of dates: the first and the last, as numpy's scalars."""
    missing = int(numpy.isnat(values).sum())
    if missing == values.size:
        return Summary(missing=missing)
    # These two pass over what is missing.
    low, high = numpy.fmin.reduce(values, None), numpy.fmax.reduce(values, None)
    return Summary(minimum=low, maximum=high, missing=missing)
