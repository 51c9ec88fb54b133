"""Which conversation is shown: choosing, beginning, renaming, deleting, finding one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import ipywidgets as widgets

from jupyter_llmchat.characters import visible
from jupyter_llmchat.kernel.render import line_html
from jupyter_llmchat.protocol.resources import Session
from jupyter_llmchat.protocol.search import SearchHit

from .look import Look, Widget

NEW: Final = ""
"""Stands for a conversation that begins with the next question."""
NEW_TITLE = "New conversation"
TITLE_CHARS = 60
NOTHING = "Nothing was found."


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a user may want of the conversations; an id of NEW for none yet."""

    open: Callable[[str], object]
    rename: Callable[[str, str], object]
    delete: Callable[[str], object]
    search: Callable[[str], object]
    open_hit: Callable[[SearchHit], object]
    refresh: Callable[[], object]


class SessionBar:
    """A list of conversations, and below it what has been asked to be done."""

    def __init__(self, look: Look, wishes: Wishes, lock: threading.RLock) -> None:
        self._look = look
        self._wishes = wishes
        self._lock = lock
        self._sets_itself = False
        self._hits: tuple[SearchHit, ...] = ()
        self._found: Widget | None = None
        """Where the hits of a search go, while there is one."""
        self.choice = look.own(
            widgets.Dropdown(
                options=[(NEW_TITLE, NEW)], tooltip="Conversation", layout=look.grow
            )
        )
        self.buttons = tuple(self._made_buttons())
        self._row = look.column()
        self._open_row = ""
        self.widget = look.column(look.line(self.choice, *self.buttons), self._row)
        self.choice.observe(self._chosen, "value")

    @property
    def session_id(self) -> str:
        return str(self.choice.value)

    def show(self, sessions: Sequence[Session], session_id: str) -> None:
        """The list, with one of them as the chosen one."""
        offered = [(_label(each), each.id) for each in sessions]
        known = {each.id for each in sessions}
        with self._lock:
            self._sets_itself = True
            try:
                options = ((NEW_TITLE, NEW), *offered)
                if tuple(self.choice.options) != options:
                    self.choice.options = options
                self.choice.value = session_id if session_id in known else NEW
            finally:
                self._sets_itself = False
            for each in self.buttons[1:3]:
                each.disabled = self.session_id == NEW

    def show_found(self, hits: Sequence[SearchHit]) -> None:
        """What a search has found."""
        if self._found is None:
            return
        self._hits = tuple(hits)
        if not hits:
            self._look.fill(self._found, self._look.html(line_html(NOTHING)))
            return
        found = widgets.Select(
            options=[(_hit(each), place) for place, each in enumerate(hits)],
            value=None,
            rows=min(len(hits), 8) + 1,
            tooltip="What was found; choose one to open its conversation",
            layout=self._look.full,
        )
        found.observe(self._picked, "value")
        self._look.fill(self._found, self._look.own(found))

    def close_row(self) -> None:
        self._open_row = ""
        self._found = None
        self._look.fill(self._row)

    def _made_buttons(self) -> list[Widget]:
        def made(
            name: str, tooltip: str, icon: str, act: Callable[[], object]
        ) -> Widget:
            return self._look.button(name, tooltip, act, icon=icon, is_quiet=True)

        return [
            made("New", "Begin a new conversation", "plus", self._begin),
            made("Rename", "Give this conversation another title", "tag", self._rename),
            made("Delete", "Delete this conversation", "trash", self._delete),
            made("Search", "Search all conversations", "search", self._search),
            made(
                "Refresh",
                "Show what was said elsewhere in the meantime",
                "refresh",
                self._wishes.refresh,
            ),
        ]

    def _begin(self) -> None:
        self.close_row()
        self.choice.value = NEW

    def _chosen(self, change: dict[str, object]) -> None:
        with self._lock:
            if self._sets_itself:
                return
        self.close_row()
        for each in self.buttons[1:3]:
            each.disabled = self.session_id == NEW
        self._wishes.open(self.session_id)

    def _show_row(self, name: str, make: Callable[[], Sequence[Widget]]) -> None:
        """One at a time; asked for again, it goes away."""
        was_open = self._open_row == name
        self.close_row()
        if not was_open:
            self._open_row = name
            self._look.fill(self._row, *make())

    def _rename(self) -> None:
        session_id, title = self.session_id, self.choice.label
        if session_id == NEW:
            return

        def make() -> Sequence[Widget]:
            field = self._text("New title", title)

            def rename() -> None:
                new = field.value.strip()
                self.close_row()
                if new:
                    self._wishes.rename(session_id, new)

            return (self._line(field, "Save", rename),)

        self._show_row("rename", make)

    def _delete(self) -> None:
        session_id, title = self.session_id, self.choice.label
        if session_id == NEW:
            return

        def delete() -> None:
            self.close_row()
            self._wishes.delete(session_id)

        def make() -> Sequence[Widget]:
            asked = line_html(f"Delete “{title}” with all that was said?")
            told = self._look.html(asked, layout=self._look.grow)
            return (self._line(told, "Delete", delete, "danger"),)

        self._show_row("delete", make)

    def _search(self) -> None:
        def make() -> Sequence[Widget]:
            field = self._text("Words to find", "")

            def search() -> None:
                if words := field.value.strip():
                    self._wishes.search(words)

            self._found = self._look.column()
            return (self._line(field, "Find", search), self._found)

        self._show_row("search", make)

    def _text(self, name: str, value: str) -> Widget:
        made = widgets.Text(
            value, placeholder=name, tooltip=name, layout=self._look.grow
        )
        return self._look.own(made)

    def _line(
        self,
        about: Widget,
        name: str,
        act: Callable[[], object],
        kind: str = "primary",
    ) -> Widget:
        button = self._look.button
        does = button(name, f"{name} now", act, kind=kind)
        leaves = button("Cancel", "Change nothing", self.close_row, is_quiet=True)
        return self._look.line(about, does, leaves)

    def _picked(self, change: dict[str, object]) -> None:
        place = change["new"]
        if isinstance(place, int):
            self._wishes.open_hit(self._hits[place])


def _label(session: Session) -> str:
    title = visible(" ".join(session.title.split())) or "(no title)"
    return title if len(title) <= TITLE_CHARS else title[: TITLE_CHARS - 1] + "…"


def _hit(hit: SearchHit) -> str:
    title = visible(" ".join(hit.session_title.split())) or "(no title)"
    return f"{title[:TITLE_CHARS]}: {visible(' '.join(hit.snippet.split()))}"
