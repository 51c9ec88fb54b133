"""%%chat and %chat: ask in a cell or in a line, and read the answer below it."""

# IPython's decorators have no types.
# mypy: disallow-untyped-calls=False, disallow-untyped-decorators=False
from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from IPython.core.magic import (
    Magics,
    line_cell_magic,
    magics_class,
    no_var_expand,
)

from jupyter_llmchat.errors import LLMChatError
from jupyter_llmchat.kernel.notebook_context import NotebookContext
from jupyter_llmchat.kernel.preparation import Preparation

from .help_text import described
from .words import split

if TYPE_CHECKING:
    from jupyter_llmchat.kernel.conversation import Client

    from .desk import Desk

Connect = Callable[[Callable[[str], object]], "Client"]
Find = Callable[[], "Client | None"]


@magics_class
class ChatMagics(Magics):
    """Keeps one conversation for the kernel's life."""

    def __init__(self, shell: Any, connect: Connect, find: Find) -> None:
        super().__init__(shell)
        self._shell = shell
        self._connect = connect
        self._find = find
        self.notebook = NotebookContext(shell)
        self._preparation = Preparation(self._prepare)
        self._lock = threading.Lock()
        self._desk: Desk | None = None

    @property
    def desk(self) -> Desk:
        """Made with the first question, or before that in the background."""
        from .desk import Desk

        with self._lock:
            if self._desk is None:
                self._desk = Desk(self._shell, self.notebook, self._connect, self._find)
            return self._desk

    def cell_begins(self, info: object = None) -> None:
        """A cell's values are left alone while it runs."""
        with contextlib.suppress(Exception, KeyboardInterrupt):
            self.notebook.begin(info)

    def cell_has_run(self, result: object = None) -> None:
        """The model may read the notebook while the user works on it."""
        # IPython prints what escapes here below the user's cell.
        with contextlib.suppress(Exception, KeyboardInterrupt):
            self.notebook.note(result)
            self._preparation.announce()

    def _prepare(self) -> None:
        self.desk.prepare()

    def close(self) -> None:
        """Nothing is prepared any more."""
        self._preparation.close()

    @no_var_expand
    @line_cell_magic("llmchat")  # type: ignore[arg-type]
    @described
    def llmchat(self, line: str, cell: str | None = None) -> None:
        from .line_commands import run_line
        from .options import parse
        from .trouble import show_stopped, show_trouble

        try:
            self.notebook.note()
            if cell is None:
                run_line(self.desk, line)
                return
            typed = split(line)
            text = "\n".join(each for each in (typed.rest, cell.strip("\n")) if each)
            self.desk.ask(text, parse(typed.options))
        except LLMChatError as error:
            show_trouble(error)
        except KeyboardInterrupt:
            # While something was looked up; an answer that is stopped says so itself.
            show_stopped()
