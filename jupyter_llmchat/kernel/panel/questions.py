"""What is done about questions: asked, stopped, asked again, changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from jupyter_llmchat.errors import BadRequest, LLMChatError, error_types
from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.protocol.fold import TurnState
from jupyter_llmchat.protocol.ids import new_id
from jupyter_llmchat.protocol.requests import AskOptions

from .asking import Asking
from .composer import Composer, Keys
from .connection import Client
from .conversations import Conversations, Live
from .options import OptionsForm
from .parts import Parts
from .session_bar import NEW
from .shell import Shell
from .transcript import Transcript
from .turn_view import Actions, TurnView
from .worker import Worker


@dataclass(frozen=True, kw_only=True)
class _Question:
    """What is asked, so that it can be asked again when that failed."""

    text: str
    session_id: str
    options: AskOptions
    with_context: bool
    replaces: str | None = None
    """The turn in whose place it stands."""
    again: str | None = None
    """The turn whose question it is, to be answered anew."""
    message_id: str = field(default_factory=new_id)


class Questions:
    """One is answered at a time; the next can be written meanwhile."""

    def __init__(
        self,
        parts: Parts,
        conversations: Conversations,
        transcript: Transcript,
        shell: Any,
    ) -> None:
        self._parts = parts
        self._conversations = conversations
        self._transcript = transcript
        self._shell = Shell(shell, self._prepare)
        self._worker = Worker("llmchat-answer")
        self._asking: Asking | None = None
        self._live: Live | None = None
        self.last = TurnState()
        """The answer that was given here last."""
        self.options = OptionsForm(parts.look)
        self.composer = Composer(parts.look, Keys(ask=self.ask, stop=self.stop))
        conversations.live = lambda: self._live
        conversations.on_models = self.options.offer
        conversations.actions = self.actions

    def actions(self) -> Actions:
        """What can be done about the answers of this panel."""
        return Actions(
            regenerate=self._regenerate,
            edit=self._edit,
            version=self._conversations.version,
            look_up=self._conversations.look_up,
            into_cell=self._shell.into_cell,
        )

    def ask(self) -> None:
        """Asks what has been written."""
        with self._parts.lock:
            edited = self.composer.editing
            replaces = None if edited is None else edited.state.turn_id
            question = self._made(self.composer.text, replaces=replaces)
            if question is not None:
                self.composer.clear()
                self._start(question, edited)

    def stop(self) -> None:
        with self._parts.lock:
            if self._asking is not None:
                self._asking.stop()
                self.composer.is_stopping()

    def wait(self, timeout_s: float | None) -> bool:
        """Until no answer is being written; False if that took too long."""
        return self._worker.wait(timeout_s)

    def into_cell(self, code: str) -> bool:
        """As `Shell.into_cell`."""
        return self._shell.into_cell(code)

    def close(self, timeout_s: float) -> None:
        """Stops the answer that is being written, and what goes on between answers."""
        self._shell.close()
        if self._asking is not None:
            self._asking.stop()
        self._worker.close(timeout_s)

    def _prepare(self) -> None:
        """Has the model read the notebook before anyone asks; may raise anything."""
        client = self._parts.connection.known
        session_id = self._conversations.session_id
        if client is None or session_id == NEW or not self.options.context.value:
            return
        if context := self._shell.context_ahead():
            client.prepare(session_id, context)

    def _regenerate(self, view: TurnView) -> None:
        with self._parts.lock:
            question = self._made(view.question, again=view.state.turn_id)
            if question is not None:
                self._start(question, view)

    def _edit(self, view: TurnView) -> None:
        with self._parts.lock:
            self.composer.edit(view)

    def _made(
        self, text: str, replaces: str | None = None, again: str | None = None
    ) -> _Question | None:
        """With the options as they are now; None, and the reason is shown, if not."""
        notice = self._parts.notice
        try:
            if self._asking is not None:
                raise BadRequest("An answer is being written.", "Wait, or press Stop.")
            if not text:
                raise BadRequest("The question is empty.", "Write it above Ask.")
            options = self.options.read()
        except BadRequest as error:
            notice.fail(error)
            return None
        return _Question(
            text=text,
            session_id=self._conversations.session_id,
            options=options,
            with_context=bool(self.options.context.value),
            replaces=replaces,
            again=again,
        )

    def _start(self, question: _Question, instead_of: TurnView | None) -> None:
        view = TurnView(question.text, self._parts.look, self.actions())
        self._parts.notice.clear()
        self._transcript.add(view, instead_of)
        self._live = Live(session_id=question.session_id, view=view)
        self._asking = asking = Asking(
            lambda client: self._open(client, question), self._parts.connection, view
        )
        self.composer.run(True)
        self._worker.do(lambda: self._answer(question, asking, view))

    def _answer(self, question: _Question, asking: Asking, view: TurnView) -> None:
        """In the background, from asking to the answer's end."""
        state = asking.run()
        with self._parts.lock:
            self._asking = self._live = None
            self.last = state
        self._parts.show(lambda: self._ended(question, asking, view))

    def _open(self, client: Client, question: _Question) -> Iterator[TurnEvent]:
        context = self._shell.context(question.text) if question.with_context else ()
        if question.again is not None:
            return client.regenerate(
                question.again,
                question.options,
                client_message_id=question.message_id,
                context=context,
            )
        return client.ask(
            self._session(client, question),
            question.text,
            question.options,
            client_message_id=question.message_id,
            context=context,
            replaces=question.replaces,
        )

    def _session(self, client: Client, question: _Question) -> str:
        """That of the question; a new one where it is the first of a conversation."""
        live = self._live
        known = question.session_id if live is None else live.session_id
        if known != NEW:
            return known
        session = client.create_session(self._conversations.wanted_title)
        with self._parts.lock:
            if live is not None:
                self._live = replace(live, session_id=session.id)
            if self._conversations.session_id == NEW:
                self._parts.show(lambda: self._conversations.begun(session))
        return session.id

    def _ended(self, question: _Question, asking: Asking, view: TurnView) -> None:
        self.composer.run(False)
        self._transcript.let_go(view)
        state = asking.state
        if state.error is not None:
            again = self._again(question, asking)
            self._parts.notice.fail(
                _error(state), lambda: self._start_again(again, view)
            )
            return
        self._parts.notice.clear()
        # The list has a new order now, and the question may have other versions.
        self._conversations.refresh_after(is_replaced=_has_versions(question))

    def _again(self, question: _Question, asking: Asking) -> _Question:
        """What a Retry asks."""
        if asking.is_gone:
            return replace(
                question, session_id=NEW, replaces=None, again=None, message_id=new_id()
            )
        if turn_id := asking.state.turn_id:
            return replace(question, again=turn_id, message_id=new_id())
        return question

    def _start_again(self, question: _Question, view: TurnView) -> None:
        with self._parts.lock:
            if self._asking is not None:
                return
            if question.session_id == NEW:
                self._conversations.open(NEW)
            self._start(question, view)


def _has_versions(question: _Question) -> bool:
    return question.again is not None or question.replaces is not None


def _error(state: TurnState) -> LLMChatError:
    assert state.error is not None
    kind = error_types().get(state.error.code, LLMChatError)
    return kind(state.error.message, state.error.hint)
