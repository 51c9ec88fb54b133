"""The user's shell, as far as a panel needs it: what has run, and whether it runs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from jupyter_llmchat.kernel.notebook_context import NotebookContext
from jupyter_llmchat.kernel.preparation import Preparation
from jupyter_llmchat.protocol.requests import Context

BEFORE = "pre_run_cell"
AFTER = "post_run_cell"
"""IPython's events."""


class Shell:
    """Listens to a shell until it is closed; None stands for no shell at all.

    `on_news` is called in a thread of its own when cells have run.
    """

    def __init__(self, shell: Any, on_news: Callable[[], object]) -> None:
        self._shell = shell
        self._preparation = Preparation(on_news)
        self._context = None if shell is None else NotebookContext(shell)
        # Whoever makes a panel does so in a cell.
        self._is_running = shell is not None
        if shell is not None:
            shell.events.register(BEFORE, self._begins)
            shell.events.register(AFTER, self._has_run)

    def context(self, question: str) -> Context:
        """The notebook as it goes along with a question; for any thread."""
        return () if self._context is None else self._context.parts(question)

    def context_ahead(self) -> Context | None:
        """The notebook as it may go along with the next question, if that is known."""
        return None if self._context is None else self._context.parts_between_cells()

    def into_cell(self, code: str) -> bool:
        """Makes a cell of it below the running one; False if none is running.

        What a cell asks for is sent with its reply: without one, nothing would come.
        """
        if not self._is_running:
            return False
        self._shell.set_next_input(code, replace=False)
        return True

    def close(self) -> None:
        self._preparation.close()
        if self._shell is None:
            return
        for event, hook in ((BEFORE, self._begins), (AFTER, self._has_run)):
            # The user's code may have taken it away.
            with contextlib.suppress(ValueError):
                self._shell.events.unregister(event, hook)

    def _begins(self, info: object = None) -> None:
        self._is_running = True
        with _quietly():
            if self._context is not None:
                self._context.begin(info)

    def _has_run(self, result: object = None) -> None:
        self._is_running = False
        with _quietly():
            if self._context is not None:
                self._context.note(result)
                self._preparation.announce()


def _quietly() -> contextlib.suppress:
    """IPython prints what escapes a hook below the user's cell."""
    return contextlib.suppress(Exception, KeyboardInterrupt)
