"""A request inside the engine: its tokens, how far they are processed, what is left.

`tokens` is what the KV cache has to hold before the model can say something new;
`cached` of them are there. The scheduler moves `cached`, the task moves `tokens`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from jupyter_llmchat.calls import Finished, Output
from jupyter_llmchat.language_model import FinishReason, Priority, Usage

from .step import Key, Outcome, Reason, Want


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is known of a request when it arrives."""

    request_id: int
    prompt: list[int]
    priority: Priority = Priority.VISIBLE
    deadline: float | None = None
    """time.monotonic() at which it ends with what it has."""


class Task(ABC):
    """Base of all kinds of work. Owned by the scheduler."""

    part = 0
    """0 for the request's own task."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.priority = order.priority
        self.tokens = list(order.prompt)
        self.cached = 0
        self.sequence: int | None = None
        self.found: int | None = None
        """Prompt tokens found in the cache at first admission."""
        self.done = False

    @property
    def key(self) -> Key:
        return Key(self.order.request_id, self.part)

    @property
    def pending(self) -> int:
        """Tokens still to process before the model is heard."""
        return len(self.tokens) - self.cached

    @property
    def cacheable(self) -> int:
        """Tokens that need not be processed if they are in the cache; not the last
        one, since only processing yields probabilities."""
        return len(self.tokens) - 1

    @property
    def longest(self) -> int:
        """Cells that it needs at least to get to its end."""
        return len(self.order.prompt)

    @property
    def most_rows(self) -> int | None:
        """Tokens in one step at most; None for no limit of its own."""
        return None

    @property
    def usage(self) -> Usage:
        prompt = len(self.order.prompt)
        return Usage(
            prompt_tokens=prompt,
            cached_tokens=self.found or 0,
            generated_tokens=max(0, len(self.tokens) - prompt),
        )

    @abstractmethod
    def reason(self) -> Reason:
        """Why its next tokens are processed."""

    @abstractmethod
    def want(self, count: int) -> Want:
        """What to ask of the model if the next `count` tokens are processed."""

    @abstractmethod
    def take(self, outcome: Outcome) -> list[Output]:
        """What follows from the model's answer; sets `done` at the end."""

    def guess(self) -> tuple[int, ...]:
        """Tokens that may well follow; asked for only when it decodes alone."""
        return ()

    def following(self) -> list[Task]:
        """Tasks that take its place once it is done."""
        return []

    def end(self, reason: FinishReason) -> list[Output]:
        """Ends the request early."""
        self.done = True
        request_id = self.order.request_id
        return [Finished(request_id=request_id, reason=reason, usage=self.usage)]


class Preparation(Task):
    """Reads its prompt so that it is in the cache when it is wanted."""

    def reason(self) -> Reason:
        return Reason.PREPARE

    def want(self, count: int) -> Want:
        return None

    def take(self, outcome: Outcome) -> list[Output]:
        return [] if self.pending else self.end("stop")
