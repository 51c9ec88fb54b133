"""Figures of one answer, taken while it is written."""

from __future__ import annotations

import time
from collections.abc import Sequence

from jupyter_llmchat.language_model import Piece
from jupyter_llmchat.protocol.events import Decision, TurnMetrics
from jupyter_llmchat.protocol.ids import Stage


class StageTimer:
    """One stage: its tokens and when they came. Times are time.monotonic()."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.first: float | None = None
        self.last = self.started
        self.tokens = 0
        self.prompt_tokens = 0
        self.cached_tokens = 0

    @property
    def ms(self) -> float:
        """From the start to the last piece."""
        return (self.last - self.started) * 1e3

    def piece(self, piece: Piece) -> None:
        """Takes a piece into account as it arrives."""
        self.last = time.monotonic()
        if self.first is None and piece.tokens:
            self.first = self.last
        self.tokens += piece.tokens
        if piece.usage is not None:
            self.prompt_tokens = piece.usage.prompt_tokens
            self.cached_tokens = piece.usage.cached_tokens

    def stated(self) -> None:
        """All of it is there now, and nothing was generated."""
        self.first = self.last = time.monotonic()


class Meter:
    """All stages of an answer."""

    def __init__(self, arrived: float) -> None:
        self._arrived = arrived
        self._timers: dict[Stage, StageTimer] = {}

    def stage(self, stage: Stage) -> StageTimer:
        """The timer of a stage that begins now."""
        return self._timers.setdefault(stage, StageTimer())

    def metrics(self, decisions: Sequence[Decision] = ()) -> TurnMetrics:
        """The figures as they stand, with what has been decided so far."""
        timers = list(self._timers.values())
        tokens = sum(timer.tokens for timer in timers)
        firsts = [timer.first for timer in timers if timer.first is not None]
        # Between first and last token of a stage lie all of its tokens but one.
        gaps = sum(timer.tokens - 1 for timer in timers if timer.tokens > 1)
        writing_ms = 1e3 * sum(
            timer.last - timer.first for timer in timers if timer.first is not None
        )
        token_ms = writing_ms / gaps if gaps else None
        chosen = {each.name: each.chosen for each in decisions}
        by_model = sum(each.source == "model" for each in decisions)
        return TurnMetrics(
            total_ms=(time.monotonic() - self._arrived) * 1e3,
            first_token_ms=(min(firsts) - self._arrived) * 1e3 if firsts else None,
            token_ms=token_ms,
            tokens_per_s=1e3 / token_ms if token_ms else None,
            prompt_tokens=sum(timer.prompt_tokens for timer in timers),
            cached_tokens=sum(timer.cached_tokens for timer in timers),
            generated_tokens=tokens,
            strategy=chosen.get("strategy"),
            decisions=by_model,
            llm_first_share=by_model / len(decisions) if decisions else None,
            stages=tuple(self._timers),
        )
