"""Inquiries for tests of facts, with as much time as each test wants."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_llmchat.kernel.facts.inquiry import Inquiry, Memory, TimeBudget
from jupyter_llmchat.redaction import Redactor

HOUR = 3600.0


def inquiry(
    question: str = "", seconds: float = HOUR, memory: Memory | None = None
) -> Inquiry:
    """One whose clock stands still, so that what there is time for is certain."""
    return Inquiry(
        time=TimeBudget(seconds, clock=lambda: 0.0),
        redact=Redactor(),
        question=question,
        memory=memory or Memory(),
    )


def ticking(seconds: float) -> Inquiry:
    """One whose clock goes on by a second each time it is looked at."""
    ticks = ticks_of_a_clock()
    return Inquiry(
        time=TimeBudget(seconds, clock=lambda: next(ticks)), redact=Redactor()
    )


def ticks_of_a_clock() -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += 1.0
