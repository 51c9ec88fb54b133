"""How long an answer may take."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from jupyter_llmchat.config import PipelineConfig

GRACE = 0.85
"""Share of a part's time after which it ends with its sentence or code block."""
CLOSING_SHARE = 0.04
CLOSING_S = 0.5
"""So much of the budget, and no more than this, is kept for the last event."""


@dataclass
class Deadline:
    """Counts from the question's arrival. Owned by one answer.

    Until the strategy is known the longest budget holds; it can only get shorter.
    """

    arrived: float
    asked_s: float | None
    """What the request asked for; it overrides the strategy's budget."""
    config: PipelineConfig
    budget_s: float = field(init=False)

    def __post_init__(self) -> None:
        longest = self.asked_s or max(self.config.budget_s.values())
        self.budget_s = min(longest, self.config.max_deadline_s)

    def decided(self, strategy: str) -> None:
        """Takes the strategy's budget."""
        budget = self.asked_s or self.config.budget_s.get(strategy, self.budget_s)
        self.budget_s = min(budget, self.budget_s)

    def at(self, share: float = 1.0) -> float:
        """The time.monotonic() at which `share` of the time is used up.

        The last event has to be out at the deadline, so writing ends a little earlier.
        """
        closing = min(CLOSING_S, CLOSING_SHARE * self.budget_s)
        return self.arrived + share * (self.budget_s - closing)

    def left(self, share: float = 1.0) -> float:
        """Seconds until then; 0 when it has passed."""
        return max(0.0, self.at(share) - time.monotonic())
