"""What went wrong, in one sentence and with the next step; never a traceback."""

from __future__ import annotations

from html import escape
from typing import Any

from jupyter_llmchat.characters import visible
from jupyter_llmchat.errors import LLMChatError


def show_trouble(error: LLMChatError) -> None:
    """Below the cell; the notebook goes on."""
    message, hint = visible(error.message), visible(error.hint)
    _show(
        f"<p><strong>{escape(message)}</strong> {escape(hint)}</p>",
        f"Error: {message}\n{hint}".strip(),
    )


def show_stopped() -> None:
    """The user has interrupted it."""
    _show("<p>Stopped by you.</p>", "Stopped by you.")


def _show(html: str, plain: str) -> None:
    from IPython.display import display

    bundle: Any = {"text/html": html, "text/plain": plain}
    display(bundle, raw=True)  # type: ignore[no-untyped-call]
