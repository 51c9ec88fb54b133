"""Where a kernel's questions are asked, with its conversation and its notebook.

Imported with the first question: loading the extension has to be quick.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar, cast

import msgspec

from jupyter_llmchat.kernel.answer import Answer
from jupyter_llmchat.kernel.conversation import (
    Client,
    Connect,
    Conversation,
    Find,
    Question,
)
from jupyter_llmchat.kernel.notebook_context import NotebookContext
from jupyter_llmchat.kernel.page import lines
from jupyter_llmchat.kernel.references import Referenced, Sources
from jupyter_llmchat.protocol.fold import TurnState
from jupyter_llmchat.protocol.ids import Tier
from jupyter_llmchat.protocol.requests import Context
from jupyter_llmchat.redaction import Redactor

from .asking import ask_options, deliver, form_of, resolved, tier_of
from .looking_up import looked_up
from .options import TIERS, Given
from .views import view_of

T = TypeVar("T")


class Desk:
    """One kernel's; for its main thread, but for `prepare`."""

    def __init__(
        self, shell: Any, notebook: NotebookContext, connect: Connect, find: Find
    ) -> None:
        self.shell = shell
        self.notebook = notebook
        self.conversation = Conversation(connect, find=find)
        self.sends_context = True
        """Whether the notebook goes along with questions."""
        self.last: TurnState | None = None
        """The last answer."""

    def ask(self, text: str, given: Given, about: Context = ()) -> None:
        """Asks and shows the answer; `about` goes along in any case, and once.

        Raises UsageError for options that do not fit, and LLMChatError where a model
        was named and the server cannot be asked for it.
        """
        form = form_of(given)
        options = ask_options(given, self.shell.user_ns)
        if given.tier:
            options = msgspec.structs.replace(options, tier=self._tier(given.tier))
        sent = self._resolved(text, given)
        if not given.quiet and sent.remarks:
            lines(*sent.remarks).show()
        question = Question(
            text=sent.text,
            options=options,
            session=given.session,
            must_exist=True,
            context=self._context(sent, given, about),
        )
        view = view_of(self.shell, form, is_quiet=given.quiet)
        self.last = self.conversation.ask(question, view)
        remark = deliver(Answer.of(self.last), given, self.shell)
        if remark and not given.quiet:
            lines(remark).show()

    def call(self, use: Callable[[Client], T]) -> T:
        """What `use` returns, with a server; raises LLMChatError."""
        return self.conversation.call(use, lambda message: lines(message).show())

    def names(self, what: str) -> tuple[str, ...]:
        """Of `sessions` or `tiers`, as far as they are known at once; never raises."""
        return looked_up(self.conversation, what)

    def prepare(self) -> None:
        """Tells the server what the next question may be about; for any thread."""
        parts = self.notebook.parts_between_cells() if self.sends_context else None
        if parts is not None:
            self.conversation.prepare(parts)

    def sources(self) -> Sources:
        """What `Out[3]` and the like refer to."""
        return Sources(
            history=self.shell.history_manager,
            error=self.notebook.last_error,
            redact=Redactor.of(os.environ),
        )

    def _context(self, sent: Referenced, given: Given, about: Context) -> Context:
        named = (*sent.parts, *about)
        if given.no_context or not self.sends_context:
            return named
        known = {each.text for each in named}
        parts = self.notebook.parts(sent.text)
        return (*(each for each in parts if each.text not in known), *named)

    def _resolved(self, text: str, given: Given) -> Referenced:
        if given.raw:
            return Referenced(text=text)
        return resolved(text, self.shell.user_ns, self.sources())

    def _tier(self, given: str) -> Tier:
        if given in TIERS:
            return cast(Tier, given)
        return cast(Tier, tier_of(given, self.call(lambda client: client.models())))
