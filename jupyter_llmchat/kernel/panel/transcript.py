"""The questions and answers that a panel shows, the last of them in sight."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets as widgets

from jupyter_llmchat.kernel.render import line_html

from .look import Look, Widget
from .stored import Exchange
from .turn_view import Actions, TurnView

EMPTY = "Ask about this notebook, or anything else. The model runs on your own machine."
EARLIER = "What was said earlier is kept, but not shown here."


class Transcript:
    """Views in the order of the conversation. One thread at a time."""

    def __init__(self, look: Look, height: str) -> None:
        self._look = look
        self.views: tuple[TurnView, ...] = ()
        self._line = look.html()
        self._list = look.column(name="llmchat-list")
        # Turned round, a box keeps its end in sight while it grows, without any script.
        self._layout = look.share(
            widgets.Layout(
                flex_flow="column-reverse nowrap",
                max_height=height,
                overflow="auto",
                width="100%",
            )
        )
        self.widget: Widget = look.column()
        self._fill()
        self._show_end()

    def show(
        self,
        kept: Sequence[Exchange],
        actions: Actions,
        live: TurnView | None = None,
        has_earlier: bool = False,
    ) -> None:
        """What the server keeps; `live` is being written and takes its own place."""
        views = []
        turn_id = "" if live is None else live.state.turn_id
        for each in kept:
            if not (turn_id and each.turn_id == turn_id):
                views.append(TurnView.of(each, self._look, actions))
        if live is not None:
            views.append(live)
        self._replace(tuple(views), has_earlier)

    def add(self, view: TurnView, instead_of: TurnView | None = None) -> None:
        """At the end, or in the place of one and of all that came after it."""
        before = self.views
        if instead_of in before:
            before = before[: before.index(instead_of)]
        self._replace((*before, view))
        self._show_end()

    def let_go(self, view: TurnView) -> None:
        """Nothing is kept of a view that is neither in sight nor being written."""
        if view.is_over and view not in self.views:
            self._look.close(view.widget)

    def _show_end(self) -> None:
        """Wherever the user has scrolled to: a new box begins at its end."""
        before = self.widget.children
        box = self._look.own(widgets.Box((self._list,), layout=self._layout))
        self.widget.children = (box,)
        for each in before:
            each.children = ()  # they are in the new one
            self._look.close(each)

    def _replace(self, views: tuple[TurnView, ...], has_earlier: bool = False) -> None:
        gone = [each for each in self.views if each not in views]
        self.views = views
        self._fill(has_earlier)
        for each in gone:
            self.let_go(each)

    def _fill(self, has_earlier: bool = False) -> None:
        shown = [each.widget for each in self.views]
        if not shown:
            self._line.value = line_html(EMPTY)
        elif has_earlier:
            self._line.value = line_html(EARLIER)
        is_told = has_earlier or not shown
        self._list.children = (self._line, *shown) if is_told else tuple(shown)
