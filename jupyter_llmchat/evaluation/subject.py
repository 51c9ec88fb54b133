"""What is evaluated, behind six verbs, and what they give back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from jupyter_llmchat.protocol.ids import Stage

from .notebooks import KnownThing


@dataclass(frozen=True, kw_only=True)
class Decided:
    """A decision on a question."""

    chosen: str
    probability: float
    raw: str
    """What would have been chosen by the probabilities before calibration."""
    reliable: bool
    """Whether answers go by it: by its self-test the model can decide this."""


@dataclass(frozen=True, kw_only=True)
class Rated:
    """The judge's opinion of an answer."""

    score: float
    """More is better."""
    reliability: float | None
    """AUC that the judge had in its own test; None if it was not tested."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """An answer, and how it came; times from the question's arrival."""

    text: str
    tokens: int
    """All that were generated for it."""
    total_ms: float
    first_ms: float | None
    """None without any text."""
    stages: dict[Stage, str] = field(default_factory=dict)
    """By stage, in reading order; empty for a plain answer."""
    endings: int = 1
    """Events that said that it was over."""
    ended: str = "stop"
    """Finish reason, or code of the error."""
    llm_first_share: float | None = None


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What an answer says first, and what it stands on."""

    text: str
    """Of the part that answers the question."""
    facts: str = ""
    """Those that it was written from; empty for none."""
    first_ms: float | None = None
    """None without any text."""


class Subject(Protocol):
    """All raise what a LanguageModel raises, but `staged` tells it in `ended`."""

    async def decide(self, names: Sequence[str], question: str) -> tuple[Decided, ...]:
        """All at once, in the order of `names`."""
        ...

    async def rate(self, question: str, text: str) -> Rated: ...

    async def likelihoods(
        self, question: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        """How much question and text make each other likelier, for each text."""
        ...

    async def staged(
        self, question: str, context: str = "", deadline_s: float | None = None
    ) -> Written:
        """An answer as users get it."""
        ...

    async def stated(self, question: str, known: Sequence[KnownThing]) -> Stated:
        """What users get to read first, with this known of their notebook."""
        ...

    async def plain(self, question: str, context: str, tokens: int) -> Written:
        """One text by the same model, for the same messages, up to `tokens` long."""
        ...
