"""One question and its answer, as it is written or as it was kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jupyter_llmchat.kernel.code_blocks import code_blocks
from jupyter_llmchat.kernel.progress import Progress
from jupyter_llmchat.kernel.render import LABELS, line_html
from jupyter_llmchat.kernel.throttle import Throttle
from jupyter_llmchat.protocol.fold import TurnState
from jupyter_llmchat.protocol.ids import PREPARATORY

from .code_view import CodeView, PutIntoCell
from .look import Look, Widget
from .message_html import (
    answer_html,
    details_html,
    figures_line,
    question_html,
    stage_html,
)
from .stored import Exchange

AGAIN = "Have the model answer this question anew"
EDIT = "Change this question and ask it in its place"
CODE = "Show the code of this answer, ready to be copied"

_STILL = Progress(elapsed_s=0.0)


@dataclass(frozen=True, kw_only=True)
class Actions:
    """What can be done about an answer."""

    regenerate: Callable[[TurnView], object]
    edit: Callable[[TurnView], object]
    version: Callable[[str], object]
    """Shows the version of the conversation with a turn."""
    look_up: Callable[[TurnView], object]
    """Fetches what a kept answer does not tell by itself."""
    into_cell: PutIntoCell


class TurnView:
    """A `View` of the answer; of an answer that has ended, what can be done with it."""

    def __init__(
        self,
        question: str,
        look: Look,
        actions: Actions,
        throttle: Throttle | None = None,
    ) -> None:
        self.question = question
        self.state = TurnState(question=question)
        self._look = look
        self._actions = actions
        self._throttle = throttle or Throttle()
        self._key = ""
        """What the last update has shown, so that nothing is sent twice."""
        self._versions: tuple[str, ...] = ()
        self._knows_details = True
        self.is_over = False
        """Whether nothing is going to be shown any more."""
        self._asked = look.html(question_html(question), "llmchat-question")
        self._stages = look.folded((), ())
        self._answer = look.math()
        self._details = look.folded((), ())
        self._buttons = look.line()
        self._code = CodeView(look, actions.into_cell)
        parts = (self._asked, self._stages, self._answer, self._details)
        self.widget = look.column(
            *parts, self._buttons, self._code.widget, name="llmchat-turn"
        )
        self._details.observe(self._opened, "selected_index")

    @classmethod
    def of(cls, kept: Exchange, look: Look, actions: Actions) -> TurnView:
        """A question and its answer as the server keeps them."""
        view = cls(kept.question, look, actions)
        view._versions = kept.versions
        view._knows_details = False
        view.end(kept.state, _STILL)
        return view

    def say(self, message: str) -> None:
        self._answer.value = line_html(message)

    def show(self, state: TurnState, progress: Progress) -> None:
        key = f"{state.next_seq} {figures_line(state, progress)}"
        if self._throttle.is_open and key != self._key:
            self._key = key
            self._throttle.run(lambda: self._update(state, progress))

    def end(self, state: TurnState, progress: Progress) -> None:
        self.is_over = True
        self._update(state, progress)
        self._details.children = (self._look.html(),)
        self._details.titles = ("Details: what the model decided",)
        if self._knows_details:
            self._show_details()
        self._buttons.children = tuple(self._made_buttons())

    def know(self, state: TurnState) -> None:
        """More of a kept answer has been found out."""
        self._knows_details = True
        self._update(state, _STILL)
        self._show_details()

    def _update(self, state: TurnState, progress: Progress) -> int:
        """Shows the state; how many bytes that took."""
        self.state = state
        self._answer.value = answer_html(state, progress)
        before = [
            (LABELS[each.stage], text)
            for each in state.stages
            if each.stage in PREPARATORY and (text := stage_html(each))
        ]
        if len(before) != len(self._stages.children):
            self._look.fill(self._stages, *(self._look.math() for _ in before))
        self._stages.titles = tuple(label for label, _ in before)
        for page, (_, text) in zip(self._stages.children, before, strict=True):
            page.value = text
        texts = (self._answer.value, *(text for _, text in before))
        return sum(len(text.encode()) for text in texts)

    def _show_details(self) -> None:
        (page,) = self._details.children
        page.value = details_html(self.state)

    def _opened(self, change: dict[str, object]) -> None:
        if change["new"] is not None and not self._knows_details:
            self._actions.look_up(self)

    def _made_buttons(self) -> list[Widget]:
        actions, made = self._actions, []
        if self.state.turn_id and self.state.ended:
            again, edit = actions.regenerate, actions.edit
            made = [
                self._button("Ask again", AGAIN, "refresh", lambda: again(self)),
                self._button("Edit", EDIT, "pencil", lambda: edit(self)),
            ]
        if blocks := code_blocks(self.state.text):
            show = self._code.toggle
            made.append(self._button("Code", CODE, "code", lambda: show(blocks)))
        return made + self._version_buttons()

    def _button(
        self, text: str, tooltip: str, icon: str, act: Callable[[], object]
    ) -> Widget:
        return self._look.button(text, tooltip, act, icon=icon, is_quiet=True)

    def _version_buttons(self) -> list[Widget]:
        if self.state.turn_id not in self._versions:
            return []
        place = self._versions.index(self.state.turn_id)
        made = [
            self._version_button(self._versions[to], text, icon)
            for text, to, icon in (
                ("Before", place - 1, "chevron-left"),
                ("After", place + 1, "chevron-right"),
            )
            if 0 <= to < len(self._versions)
        ]
        shown = f"version {place + 1} of {len(self._versions)}"
        return [*made, self._look.html(line_html(shown))]

    def _version_button(self, turn_id: str, text: str, icon: str) -> Widget:
        tooltip = f"Show the version {text.lower()} this one"
        show = self._actions.version
        return self._button(text, tooltip, icon, lambda: show(turn_id))
