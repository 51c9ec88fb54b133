"""Where an answer is shown: a notebook cell's output or a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Protocol

from jupyter_llmchat.characters import visible
from jupyter_llmchat.protocol.fold import StageState, TurnState
from jupyter_llmchat.protocol.ids import Stage
from jupyter_llmchat.transfer.containment import contained

from .forms import Form
from .progress import Progress
from .render import LABELS, error_text, html, line_html, plain, status_line
from .throttle import Throttle


class View(Protocol):
    """One answer on one surface."""

    def say(self, message: str) -> None:
        """Tells the user why nothing happens yet."""

    def show(self, state: TurnState, progress: Progress) -> None:
        """Shows the state, now or with a later one."""

    def end(self, state: TurnState, progress: Progress) -> None:
        """Shows the last state."""


class NotebookView:
    """The output of a cell, replaced as the answer grows."""

    def __init__(
        self,
        display: Callable[..., Any] | None = None,
        throttle: Throttle | None = None,
        form: Form = "markdown",
    ) -> None:
        self._display = display or _display
        self._throttle = throttle or Throttle()
        self._form = form
        self._handle: Any = None
        self._has_text = False
        self._key = ""
        """What the last update showed, so that nothing is sent twice."""

    def say(self, message: str) -> None:
        self._send({"text/html": line_html(message), "text/plain": visible(message)})

    def show(self, state: TurnState, progress: Progress) -> None:
        key = f"{state.next_seq} {status_line(state, progress)}"
        # Nobody waits for the first word because the line before it was just shown.
        is_first = not self._has_text and bool(state.text)
        if (self._throttle.is_open or is_first) and key != self._key:
            self._key = key
            self._has_text = bool(state.text)
            self._throttle.run(lambda: self._update(state, progress))

    def end(self, state: TurnState, progress: Progress) -> None:
        self._throttle.run(lambda: self._update(state, progress))

    def _update(self, state: TurnState, progress: Progress) -> int:
        bundle = {
            "text/html": html(state, progress, self._form),
            "text/plain": plain(state, progress, self._form),
        }
        if state.ended and state.text and self._form == "markdown":
            # For what turns a notebook into another kind of document.
            bundle["text/markdown"] = contained(state.text)
        self._send(bundle)
        return sum(len(text.encode()) for text in bundle.values())

    def _send(self, bundle: dict[str, str]) -> None:
        if self._handle is None:
            self._handle = self._display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)


class TerminalView:
    """Lines of text, printed as they come; one stage after the other."""

    def __init__(self, write: Callable[[str], object] | None = None) -> None:
        self._write = write or _print
        self._current: Stage | None = None
        self._printed: dict[Stage, int] = {}
        """Characters printed, by stage."""
        self._notices = 0

    def say(self, message: str) -> None:
        self._write(visible(message) + "\n")

    def show(self, state: TurnState, progress: Progress) -> None:
        self._print_notices(state)
        while (stage := self._stage_to_print(state)) is not None:
            self._print_text(stage)
            if not (stage.done or state.ended):
                return
            self._current = None

    def end(self, state: TurnState, progress: Progress) -> None:
        self.show(state, progress)
        # What stands on a terminal stays there: a better text follows it.
        better = [visible(each.text.strip()) for each in state.stages if each.first]
        lines = [*better, error_text(state), status_line(state, progress)]
        gap = "\n\n" if self._printed else ""
        self._write(gap + "".join(f"{line}\n" for line in lines if line))

    def _stage_to_print(self, state: TurnState) -> StageState | None:
        """The one begun; else the next in reading order that has text."""
        if self._current is not None:
            return state.stage(self._current)
        for stage in state.told:
            if stage.stage not in self._printed and stage.text.strip():
                return stage
        return None

    def _print_text(self, stage: StageState) -> None:
        if stage.stage != self._current:
            self._begin(stage.stage)
        # Only what is new is looked at: an answer may be long. Space at the end waits
        # until more text follows it.
        begin = self._printed[stage.stage]
        new = stage.written[begin:].rstrip()
        self._printed[stage.stage] = begin + len(new)
        self._write(visible(new if begin else new.lstrip()))

    def _begin(self, stage: Stage) -> None:
        gap = "\n\n" if self._printed else ""
        label = LABELS[stage]
        self._write(gap + (f"{label}\n" if label else ""))
        self._current = stage
        self._printed[stage] = 0

    def _print_notices(self, state: TurnState) -> None:
        for notice in state.notices[self._notices :]:
            self._write(f"({visible(notice.message)})\n")
        self._notices = len(state.notices)


class WholeView:
    """Text on a terminal, once it is whole: half of it would be of no use."""

    def __init__(
        self, form: Form, write: Callable[[str], object] | None = None
    ) -> None:
        self._form = form
        self._write = write or _print

    def say(self, message: str) -> None:
        self._write(visible(message) + "\n")

    def show(self, state: TurnState, progress: Progress) -> None:
        """Nothing yet."""

    def end(self, state: TurnState, progress: Progress) -> None:
        self._write(plain(state, progress, self._form) + "\n")


class QuietView:
    """Shows nothing but what went wrong."""

    def __init__(self, errors: View) -> None:
        self._errors = errors

    def say(self, message: str) -> None:
        """A wait is nothing that went wrong."""

    def show(self, state: TurnState, progress: Progress) -> None:
        """Nothing yet."""

    def end(self, state: TurnState, progress: Progress) -> None:
        if state.error is not None:
            self._errors.end(state, progress)


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _display(*data: Any, **options: Any) -> Any:
    from IPython.display import display

    return display(*data, **options)  # type: ignore[no-untyped-call]
