"""The widgets of a panel and what it has in the background, put together once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from jupyter_llmchat.errors import LLMChatError, NotFound

from .connection import Client, Connection, Stopped
from .look import Look
from .notice import Notice
from .worker import Worker

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What everything in a panel shares."""

    look: Look
    notice: Notice
    connection: Connection
    lock: threading.RLock
    """Held by whoever changes what the panel shows, but for the running answer."""
    calls: Worker = field(default_factory=lambda: Worker("llmchat-panel"))
    closing: threading.Event = field(default_factory=threading.Event)

    def call(
        self,
        action: Callable[[Client], T],
        then: Callable[[T], object],
        gone: Callable[[], object] | None = None,
    ) -> None:
        """Asks the server in the background, and shows what it says or why it fails.

        `gone` is called instead where it does not have what was asked about.
        """
        self.calls.do(lambda: self._call(action, then, gone))

    def show(self, change: Callable[[], object]) -> None:
        """Changes what is shown, unless the panel has been closed."""
        with self.lock:
            if not self.closing.is_set():
                change()

    def _call(
        self,
        action: Callable[[Client], T],
        then: Callable[[T], object],
        gone: Callable[[], object] | None,
    ) -> None:
        def again() -> None:
            self.call(action, then, gone)

        try:
            result = self.connection.call(action, self.closing)
            self.show(lambda: then(result))
        except Stopped:
            pass
        except LLMChatError as error:
            if isinstance(error, NotFound) and gone is not None:
                self.show(gone)
            else:
                self.fail(error, again)
        except Exception as error:  # noqa: BLE001 - a thread has nobody to raise it to
            self.fail(_unexpected(error), again)

    def fail(self, error: LLMChatError, retry: Callable[[], object]) -> None:
        self.show(lambda: self.notice.fail(error, retry))


def _unexpected(error: Exception) -> LLMChatError:
    return LLMChatError(
        f"The panel has met an error of its own ({type(error).__name__}: {error}).",
        "Please report this.",
    )
