"""A thread that does one thing after the other, so that callbacks return at once."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

Job = Callable[[], object]


class Worker:
    """Does jobs in order. The thread starts with the first and ends with `close`.

    A job must not raise.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._unfinished = 0
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def do(self, job: Job) -> None:
        """Has the job done after those before it; never once this is closed."""
        with self._changed:
            if self._is_closed:
                return
            self._unfinished += 1
            self._jobs.put(job)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name=self._name, daemon=True
                )
                self._thread.start()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Until there is nothing to do; False if that took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._unfinished, timeout_s)

    def close(self, timeout_s: float = 0.0) -> bool:
        """What waits is not done any more; False if the thread goes on for now."""
        with self._changed:
            self._is_closed = True
            self._jobs.put(None)
            thread = self._thread
        if thread is None or thread is threading.current_thread():
            return True
        thread.join(timeout_s)
        return not thread.is_alive()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                if not self._is_closed:
                    job()
            finally:
                with self._changed:
                    self._unfinished -= 1
                    self._changed.notify_all()
