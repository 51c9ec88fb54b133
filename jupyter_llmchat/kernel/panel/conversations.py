"""What is done about conversations: shown, chosen, renamed, deleted, found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jupyter_llmchat.errors import NotFound
from jupyter_llmchat.protocol.resources import MessageList, Session, SessionList
from jupyter_llmchat.protocol.search import SearchHit
from jupyter_llmchat.protocol.setup import Model

from .connection import Client
from .parts import Parts
from .session_bar import NEW, SessionBar, Wishes
from .stored import exchanges, with_details
from .transcript import Transcript
from .turn_view import Actions, TurnView

SESSIONS = 200
"""In the list; older ones are found by searching."""
SHOWN_TURNS = 20
"""Of a conversation: every one of them is part of the saved notebook."""

GONE = NotFound("This conversation was deleted elsewhere.", "Retry to see the others.")


@dataclass(frozen=True, kw_only=True)
class _Listed:
    """What the server has."""

    page: SessionList
    models: tuple[Model, ...]
    begun: tuple[Session, ...]
    """Those that had been begun here when the server was asked."""


@dataclass(frozen=True, kw_only=True)
class Live:
    """The answer that is being written."""

    session_id: str
    view: TurnView


class Conversations:
    """One of them is shown: the one that questions go to."""

    def __init__(self, parts: Parts, transcript: Transcript, wanted: str) -> None:
        self._parts = parts
        self._transcript = transcript
        self._wanted = wanted
        """Title or id of the one to begin with, until the list is known."""
        self.session_id = NEW
        self._sessions: tuple[Session, ...] = ()
        self._begun: tuple[Session, ...] = ()
        self.live: Callable[[], Live | None] = lambda: None
        self.actions: Callable[[], Actions]
        self.on_models: Callable[[tuple[Model, ...]], object] = lambda models: None
        wishes = Wishes(
            open=self.open,
            rename=self._rename,
            delete=self._delete,
            search=self._search,
            open_hit=self._open_hit,
            refresh=self.refresh,
        )
        self.bar = SessionBar(parts.look, wishes, parts.lock)

    @property
    def wanted_title(self) -> str:
        """Of a conversation that has yet to begin; empty to have it named later."""
        return self._wanted

    def refresh(self) -> None:
        """Shows what the server has now."""
        self._parts.call(self._listed, self._show_all)

    def refresh_after(self, *, is_replaced: bool) -> None:
        """Shows how the list looks after an answer; its text is there already."""
        then = self._show_all if is_replaced else self._show_list
        self._parts.call(self._listed, then)

    def open(self, session_id: str) -> None:
        """Shows another conversation; a running answer goes on."""
        with self._parts.lock:
            self.session_id = session_id
            self._wanted = ""
            if session_id == NEW:
                self._show(NEW, MessageList(messages=()))
            else:
                self._load(session_id)

    def begun(self, session: Session) -> None:
        """A question has begun a conversation of its own."""
        self.session_id = session.id
        self._wanted = ""
        self._begun = (session, *self._begun)
        self._sessions = (session, *self._sessions)
        self.bar.show(self._sessions, session.id)

    def version(self, turn_id: str) -> None:
        """Shows the version of this conversation that has a turn in it."""
        shown = self.session_id
        self._parts.call(
            lambda client: client.select_turn(turn_id),
            lambda page: self._show(shown, page),
            self._gone,
        )

    def look_up(self, view: TurnView) -> None:
        """Completes what is known about a kept answer."""
        self._parts.call(
            lambda client: client.turn(view.state.turn_id),
            lambda turn: view.know(with_details(view.state, turn)),
            self._gone,
        )

    def _load(self, session_id: str) -> None:
        self._parts.call(
            lambda client: client.message_page(session_id, limit=2 * SHOWN_TURNS),
            lambda page: self._show(session_id, page),
            self._gone,
        )

    def _listed(self, client: Client) -> _Listed:
        begun = self._begun
        page, models = client.session_page(limit=SESSIONS), client.models().models
        return _Listed(page=page, models=models, begun=begun)

    def _show_all(self, found: _Listed) -> None:
        self._parts.notice.clear()
        self._show_list(found)
        if self.session_id != NEW:
            self._load(self.session_id)

    def _show_list(self, found: _Listed) -> None:
        page = found.page
        known = {each.id for each in (*found.begun, *page.sessions)}
        newer = tuple(each for each in self._begun if each.id not in known)
        self._sessions = newer + page.sessions + self._older(page)
        self.on_models(found.models)
        if self._wanted:
            named = [s for s in page.sessions if self._wanted in (s.id, s.title)]
            self.session_id = named[0].id if named else NEW
            self._wanted = "" if named else self._wanted
        if self.session_id not in (NEW, *(each.id for each in self._sessions)):
            self._gone()
        self.bar.show(self._sessions, self.session_id)

    def _older(self, page: SessionList) -> tuple[Session, ...]:
        """The one that is shown, if it is too old to be in the list."""
        if page.next is None or any(s.id == self.session_id for s in page.sessions):
            return ()
        return tuple(each for each in self._sessions if each.id == self.session_id)

    def _show(self, session_id: str, page: MessageList) -> None:
        if session_id != self.session_id:
            return
        live = self.live()
        view = live.view if live and live.session_id == session_id else None
        kept = exchanges(page.messages)[-SHOWN_TURNS:]
        self._transcript.show(kept, self.actions(), view, page.next is not None)

    def _gone(self) -> None:
        self.session_id = NEW
        self.bar.show(self._sessions, NEW)
        self._show(NEW, MessageList(messages=()))
        self._parts.notice.fail(GONE, self.refresh)

    def _rename(self, session_id: str, title: str) -> None:
        self._parts.call(
            lambda client: client.rename_session(session_id, title),
            self._renamed,
            self._gone,
        )

    def _renamed(self, session: Session) -> None:
        self._sessions = tuple(
            session if each.id == session.id else each for each in self._sessions
        )
        self.bar.show(self._sessions, self.session_id)

    def _delete(self, session_id: str) -> None:
        self._parts.call(
            lambda client: _deleted(client, session_id),
            lambda _: self._forget(session_id),
        )

    def _forget(self, session_id: str) -> None:
        self._sessions = tuple(s for s in self._sessions if s.id != session_id)
        if self.session_id == session_id:
            self.open(NEW)
        self.bar.show(self._sessions, self.session_id)

    def _search(self, words: str) -> None:
        self._parts.call(
            lambda client: client.search(words),
            lambda page: self.bar.show_found(page.hits),
        )

    def _open_hit(self, hit: SearchHit) -> None:
        """The conversation with what was found, in the version that has it."""
        with self._parts.lock:
            self.session_id = hit.session_id
            self._know(hit)
            self.bar.show(self._sessions, hit.session_id)
        if hit.turn_id is not None and not hit.is_current:
            self.version(hit.turn_id)
        else:
            self._load(hit.session_id)

    def _know(self, hit: SearchHit) -> None:
        """It may be older than those in the list."""
        if any(each.id == hit.session_id for each in self._sessions):
            return
        found = Session(
            id=hit.session_id,
            title=hit.session_title,
            created=hit.created,
            updated=hit.created,
            messages=0,
            config={},
        )
        self._sessions = (*self._sessions, found)


def _deleted(client: Client, session_id: str) -> None:
    """It may be gone already."""
    try:
        client.delete_session(session_id)
    except NotFound:
        return
