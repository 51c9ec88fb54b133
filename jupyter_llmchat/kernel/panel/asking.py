"""One question of a panel, from asking to the end of its answer, in the background."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from jupyter_llmchat.errors import LLMChatError, NotFound
from jupyter_llmchat.kernel.feed import Feed
from jupyter_llmchat.kernel.progress import Clock
from jupyter_llmchat.kernel.turn import Turn
from jupyter_llmchat.kernel.view import View
from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.protocol.fold import TurnState

from .connection import LOST, Client, Connection, Stopped

Open = Callable[[Client], Iterator[TurnEvent]]
"""Asks, and gives the events of the answer; repeating it must be harmless."""


class Asking:
    """`run` asks; `stop` may be called by any thread, from the beginning on."""

    def __init__(
        self,
        ask: Open,
        connection: Connection,
        view: View,
        clock: Clock = time.monotonic,
    ) -> None:
        self._ask = ask
        self._connection = connection
        self._turn = Turn(view, clock)
        self._stop = threading.Event()
        self.is_gone = False
        """What was to be asked about is not on the server any more."""

    @property
    def state(self) -> TurnState:
        return self._turn.state

    def stop(self) -> None:
        """The answer ends soon; what was said is kept."""
        self._stop.set()

    def run(self) -> TurnState:
        """Shows the answer as it comes and returns its last state; never raises."""
        try:
            self._follow()
        except (Stopped, KeyboardInterrupt):
            self._turn.stopped()
        except NotFound as error:
            self.is_gone = not self._turn.has_begun
            self._turn.fail(error)
        except LLMChatError as error:
            self._turn.fail(error)
        except Exception as error:  # noqa: BLE001 - a thread has nobody to raise it to
            self._turn.fail(_unexpected(error))
        # At the kernel's end nothing can be shown any more, and nobody looks.
        with contextlib.suppress(Exception):
            self._turn.end()
        return self._turn.state

    def _follow(self) -> None:
        """Asks again where the server of an earlier question is gone."""
        while True:
            client, is_new = self._connection.client(self._stop)
            feed = _StoppableFeed(self._ask(client), client.cancel, self._stop)
            try:
                return self._turn.follow(feed, client.cancel)
            except LOST:
                self._connection.lose(client)
                if self._turn.has_begun or is_new:
                    raise


class _StoppableFeed(Feed):
    """A feed that is interrupted, once, when an event is set.

    To a turn a stop is what an interrupt is in a cell, so it gets one.
    """

    def __init__(
        self,
        events: Iterator[TurnEvent],
        cancel: Callable[[str], object],
        stop: threading.Event,
    ) -> None:
        super().__init__(events, cancel)
        self._stop = stop
        self._is_told = False

    def next(self, timeout_s: float) -> TurnEvent | None:
        if self._stop.is_set() and not self._is_told:
            self._is_told = True
            raise KeyboardInterrupt
        return super().next(timeout_s)


def _unexpected(error: Exception) -> LLMChatError:
    return LLMChatError(
        f"The panel could not show the answer ({type(error).__name__}: {error}).",
        "Please report this; the answer is kept in its session.",
    )
