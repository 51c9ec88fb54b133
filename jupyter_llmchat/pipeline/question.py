"""What is to be answered."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_llmchat.protocol.ids import Strategy, Tier
from jupyter_llmchat.protocol.requests import ContextPart


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
    context: tuple[ContextPart, ...] = ()
    """Of the user's notebook; what changes seldom comes first."""
    deadline_s: float | None = None
    """None takes the strategy's budget."""
    temperature: float | None = None
    max_tokens: int | None = None
    """In one stage."""
    seed: int | None = None
    strategy: Strategy | None = None
    """None leaves it to the model."""
    tier: Tier | None = None
    """Which of several models answers; None leaves it to the model."""
    system_prompt: str = ""
    """The user's own words on how to answer."""
    json_schema: str | None = None
    """Every part is held to it, token by token."""
