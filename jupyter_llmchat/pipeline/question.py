"""What is to be answered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """An earlier question of the session and its answer."""

    question: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question with all that its answer depends on."""

    turn_id: str
    text: str
    arrived: float
    """time.monotonic() when it came in; the deadline counts from here."""
    history: tuple[Exchange, ...] = ()
    """Oldest first."""
    deadline_s: float | None = None
    """None takes the strategy's budget."""
    temperature: float | None = None
    max_tokens: int | None = None
    """In one stage."""
    seed: int | None = None
