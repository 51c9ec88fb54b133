"""Where the answer to a magic is shown."""

from __future__ import annotations

from typing import Any

from jupyter_llmchat.kernel.forms import Form
from jupyter_llmchat.kernel.view import (
    NotebookView,
    QuietView,
    TerminalView,
    View,
    WholeView,
)


def view_of(shell: Any, form: Form = "markdown", *, is_quiet: bool = False) -> View:
    """A cell's output in a notebook; the terminal where there is no kernel."""
    view = _loud(shell, form)
    return QuietView(view) if is_quiet else view


def _loud(shell: Any, form: Form) -> View:
    if getattr(shell, "kernel", None) is not None:
        return NotebookView(form=form)
    return TerminalView() if form in ("markdown", "text") else WholeView(form)
