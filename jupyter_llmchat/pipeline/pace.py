"""How fast text is written at present, and how long the model's own calls may take."""

from __future__ import annotations

from typing import Final, Literal

CallSize = Literal["small", "medium", "large"]
"""A decision; a sentence or a judgement; a part of an answer."""

BASE_S: Final[dict[CallSize, float]] = {"small": 10.0, "medium": 30.0, "large": 60.0}
"""What a call may take as long as it usually takes much less."""
PATIENCE = 4.0
"""A call may take so many times as long as such calls have taken lately."""
SLOWEST = 6.0
"""And no more than so many times its base."""
MEMORY = 0.3
"""Weight of the newest figure in a mean."""


class Pace:
    """Learns from what answers take; shared by all that run at the same time, so that
    it shows the load they put on the machine together."""

    def __init__(self) -> None:
        self._rate: float | None = None
        self._taken: dict[CallSize, float] = {}

    @property
    def tokens_per_s(self) -> float | None:
        """Of one text among those that are being written; None before the first."""
        return self._rate

    def wrote(self, tokens: int, seconds: float) -> None:
        """So many tokens of one text came in that time."""
        if tokens > 0 and seconds > 0:
            self._rate = _mean(self._rate, tokens / seconds)

    def tokens_in(self, seconds: float, most: int) -> int:
        """What can be written in that time, at least 1 and at most `most`."""
        if self._rate is None:
            return most
        return max(1, min(most, int(self._rate * seconds)))

    def took(self, size: CallSize, seconds: float) -> None:
        """A call of that size has ended."""
        self._taken[size] = _mean(self._taken.get(size), seconds)

    def limit_s(self, size: CallSize) -> float:
        """Seconds that a call of that size may take now."""
        usual = self._taken.get(size, 0.0)
        return min(max(BASE_S[size], PATIENCE * usual), SLOWEST * BASE_S[size])


def _mean(before: float | None, newest: float) -> float:
    return newest if before is None else before + MEMORY * (newest - before)
