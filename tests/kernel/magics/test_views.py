from __future__ import annotations

from typing import Any

from jupyter_llmchat.kernel.magics.views import view_of
from jupyter_llmchat.kernel.view import (
    NotebookView,
    QuietView,
    TerminalView,
    WholeView,
)


def test_view_suits_the_shell(shell: Any) -> None:
    assert isinstance(view_of(shell), TerminalView)
    assert isinstance(view_of(shell, "text"), TerminalView)
    assert isinstance(view_of(shell, "json"), WholeView)
    assert isinstance(view_of(shell, is_quiet=True), QuietView)


def test_a_kernel_has_a_notebook(shell: Any, screen: object) -> None:
    assert isinstance(view_of(shell, "code"), NotebookView)
