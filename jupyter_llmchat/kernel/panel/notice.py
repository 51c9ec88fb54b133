"""The line that says what the panel waits for, or what went wrong and what to do."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from jupyter_llmchat.characters import visible
from jupyter_llmchat.errors import LLMChatError

from .look import Look

Retry = Callable[[], object]


class Notice:
    """Shows one message at a time; nothing while all is well."""

    def __init__(self, look: Look) -> None:
        self.text = ""
        """What is shown."""
        self._retry: Retry | None = None
        self._message = look.html(layout=look.grow)
        self._again = look.button(
            "Retry", "Try again what did not work", self._try_again, icon="refresh"
        )
        self._dismiss = look.button(
            "Dismiss", "Take this message away", self.clear, is_quiet=True
        )
        self._line = look.line()
        self._line.add_class("llmchat-notice")
        self.widget = look.column()

    def say(self, message: str) -> None:
        """Something to know, or what is being waited for."""
        self._show(message, ())
        self._line.remove_class("llmchat-trouble")

    def fail(self, error: LLMChatError, retry: Retry | None = None) -> None:
        self._retry = retry
        buttons = (self._dismiss,) if retry is None else (self._again, self._dismiss)
        self._show(str(error), buttons)
        self._line.add_class("llmchat-trouble")

    def clear(self) -> None:
        self.text = ""
        self._retry = None
        self.widget.children = ()

    def _show(self, text: str, buttons: tuple[object, ...]) -> None:
        self.text = text
        self._message.value = f'<div role="status">{escape(visible(text))}</div>'
        self._line.children = (self._message, *buttons)
        self.widget.children = (self._line,)

    def _try_again(self) -> None:
        retry = self._retry
        self.clear()
        if retry is not None:
            retry()
