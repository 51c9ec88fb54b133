"""Where a question is written, asked and stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import ipywidgets as widgets

from jupyter_llmchat.kernel.render import line_html

from .look import Look
from .turn_view import TurnView

EDITED = "Your question takes the place of the earlier one."


@dataclass(frozen=True, kw_only=True)
class Keys:
    """What its buttons do."""

    ask: Callable[[], object]
    stop: Callable[[], object]


class Composer:
    """The text of the next question. While one is answered, the next can be written."""

    def __init__(self, look: Look, keys: Keys) -> None:
        self.editing: TurnView | None = None
        """Whose place the question is going to take."""
        self._look = look
        self.field = look.own(
            widgets.Textarea(
                placeholder="Write a question, then press Ask",
                tooltip="Your question",
                rows=3,
                # The text arrives when the field is left, so before the click on Ask.
                continuous_update=False,
                layout=look.full,
            )
        )
        self.ask = look.button(
            "Ask", "Send the question", keys.ask, icon="paper-plane", kind="primary"
        )
        self.stop = look.button(
            "Stop", "Stop the answer; what was said is kept", keys.stop, icon="stop"
        )
        self._told = look.html(layout=look.grow)
        self.stop.disabled = True
        self._editing_line = look.column()
        self.widget = look.column(
            self._editing_line, self.field, look.line(self.ask, self.stop, self._told)
        )

    @property
    def text(self) -> str:
        return str(self.field.value).strip()

    def edit(self, view: TurnView) -> None:
        """Offers an earlier question to be changed."""
        self.editing = view
        self.field.value = view.question
        leave = self._look.button(
            "Do not edit", "Leave the old question as it is", self.clear, is_quiet=True
        )
        told = self._look.html(line_html(EDITED), layout=self._look.grow)
        self._look.fill(self._editing_line, self._look.line(told, leave))

    def clear(self) -> None:
        self.editing = None
        self.field.value = ""
        self._look.fill(self._editing_line)

    def run(self, is_running: bool) -> None:
        """Whether an answer is being written."""
        self.ask.disabled = is_running
        self.stop.disabled = not is_running
        self._told.value = ""

    def is_stopping(self) -> None:
        self.stop.disabled = True
        self._told.value = line_html("Stopping …")
