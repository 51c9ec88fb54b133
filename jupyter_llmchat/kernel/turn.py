"""One question, from asking to the end of its answer."""

from __future__ import annotations

from collections.abc import Callable

from jupyter_llmchat.errors import LLMChatError, ServerUnreachable
from jupyter_llmchat.protocol.events import (
    Complete,
    Error,
    Notice,
    TurnEvent,
    TurnMetrics,
)
from jupyter_llmchat.protocol.fold import TurnState, apply

from .feed import Feed
from .progress import Clock, Meter
from .view import View

TICK_S = 0.1
"""How often the view is offered the state while nothing arrives."""
STOP_S = 3.0
"""How long an interrupted question waits for the server to confirm the stop."""


class Turn:
    """Folds the events of one answer and shows them; `state` is where it stands."""

    def __init__(self, view: View, clock: Clock) -> None:
        self.view = view
        self.state = TurnState()
        self._clock = clock
        self._meter = Meter(clock)

    @property
    def has_begun(self) -> bool:
        """Whether the server has stored the question."""
        return bool(self.state.turn_id)

    def follow(self, feed: Feed, cancel: Callable[[str], object]) -> None:
        """Shows the events until the last; stops the turn if interrupted."""
        try:
            while not (self.state.ended or feed.is_over):
                self._take(feed)
        except KeyboardInterrupt:
            self._stop(feed, cancel)
        if not self.state.ended:
            raise ServerUnreachable(
                "The answer broke off.", "What has arrived is kept; ask again."
            )

    def fail(self, error: LLMChatError) -> None:
        self._add(
            Error(
                turn_id=self.state.turn_id,
                seq=self.state.next_seq,
                code=error.code,
                message=error.message,
                hint=error.hint,
                retryable=error.retryable,
            )
        )

    def stopped(self) -> None:
        """Marks the answer as stopped, whatever the server makes of it."""
        elapsed = self._meter.progress.elapsed_s
        self._add(
            Complete(
                turn_id=self.state.turn_id,
                seq=self.state.next_seq,
                finish_reason="cancelled",
                metrics=TurnMetrics(total_ms=elapsed * 1000),
            )
        )

    def end(self) -> None:
        self.view.end(self.state, self._meter.progress)

    def _take(self, feed: Feed) -> None:
        event = feed.next(TICK_S)
        if event is not None:
            self._add(event)
        self.view.show(self.state, self._meter.progress)

    def _add(self, event: TurnEvent) -> None:
        self._meter.count(event)
        self.state = apply(self.state, event)

    def _note(self, code: str, message: str) -> None:
        self._add(
            Notice(
                turn_id=self.state.turn_id,
                seq=self.state.next_seq,
                code=code,
                message=message,
            )
        )

    def _stop(self, feed: Feed, cancel: Callable[[str], object]) -> None:
        try:
            self._cancel(feed, cancel)
        except KeyboardInterrupt:
            # Interrupted again: the user wants the prompt back now.
            pass
        except LLMChatError as error:
            self._note(error.code, f"The server could not be told to stop. {error}")
        feed.abandon()
        if not self.state.ended:
            self.stopped()

    def _cancel(self, feed: Feed, cancel: Callable[[str], object]) -> None:
        """Tells the server, and waits a little for the answer's real end."""
        deadline = self._clock() + STOP_S
        is_told = False
        while not self.state.ended:
            if self.has_begun and not is_told:
                cancel(self.state.turn_id)
                is_told = True
            if feed.is_over or self._clock() >= deadline:
                return
            self._take(feed)
