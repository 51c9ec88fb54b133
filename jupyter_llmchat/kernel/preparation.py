"""Tells the server in the background what the notebook holds, when it has changed."""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from collections.abc import Callable

QUIET_S = 0.3
"""Seconds without news before anything is sent: cells often run in a row."""


class Preparation:
    """Calls `send` after news, one call at a time, in a thread of its own.

    Whatever goes wrong there stays there: nobody has asked for it.
    """

    def __init__(self, send: Callable[[], object], quiet_s: float = QUIET_S) -> None:
        self._send = send
        self._quiet_s = quiet_s
        self._news: queue.SimpleQueue[bool] = queue.SimpleQueue()
        """False for the end."""
        self._thread: threading.Thread | None = None
        self._pid = os.getpid()

    def announce(self) -> None:
        """There is news. Returns at once; the thread starts with the first call."""
        if os.getpid() != self._pid:
            # A fork has neither the thread nor a connection of its own.
            return
        self._news.put(True)
        # An interrupt may have come between making a thread and starting it.
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(
                target=self._run, name="llmchat-preparation", daemon=True
            )
            self._thread.start()

    def close(self) -> None:
        """The thread ends after what it is sending; nothing else is sent."""
        self._news.put(False)

    def _run(self) -> None:
        while self._has_news():
            # Not only our errors: a client may be closed while it is in use.
            with contextlib.suppress(Exception):
                self._send()

    def _has_news(self) -> bool:
        """Waits for news and then until it is quiet; False if this is the end."""
        goes_on = self._news.get()
        with contextlib.suppress(queue.Empty):
            while goes_on:
                goes_on = self._news.get(timeout=self._quiet_s)
        return goes_on
