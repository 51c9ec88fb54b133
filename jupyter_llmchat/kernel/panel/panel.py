"""ChatPanel: conversations with the local model in the output of a cell."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from typing import Any

from jupyter_llmchat.kernel.answer import Answer
from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.kernel.code_blocks import code_blocks
from jupyter_llmchat.kernel.headless import find_or_start

from .connection import Client, Connect, Connection
from .conversations import Conversations
from .look import STYLE, Look
from .notice import Notice
from .parts import Parts
from .questions import Questions
from .transcript import Transcript

CLOSE_S = 2.0
"""So long `close` waits until the server knows that the answer is to be stopped."""


class ChatPanel:
    """Shows itself as the last line of a cell; `widget` goes into other layouts.

    Answers are written in the background: cells can run meanwhile. Stop works while a
    cell runs if the front end sends widgets' messages to a subshell of the kernel, as
    JupyterLab 4.4 and Notebook 7.4 do with ipykernel 7; elsewhere the click waits for
    the cell's end. Several panels may show the same conversation: Refresh shows what
    was said in another one.

    `session` is the title or id of the conversation to begin with; `height` is how
    high messages may grow before they are scrolled, in CSS. Without a Jupyter server
    one is started in the background.
    """

    def __init__(
        self, session: str = "", *, height: str = "32em", connect: Connect | None = None
    ) -> None:
        look = Look()
        notice = Notice(look)
        lock = threading.RLock()

        def say(message: str) -> None:
            parts.show(lambda: notice.say(message))

        connection = Connection(connect or _connect, say)
        self._parts = parts = Parts(
            look=look, notice=notice, connection=connection, lock=lock
        )
        self._transcript = Transcript(look, height)
        self._conversations = Conversations(parts, self._transcript, session)
        self._questions = Questions(
            parts, self._conversations, self._transcript, _shell()
        )
        self.widget = self._layout()
        atexit.register(self._end_work)
        self._conversations.refresh()

    def ask(self, question: str) -> None:
        """As if it was typed and sent; returns at once."""
        self._questions.composer.field.value = question
        self._questions.ask()

    def stop(self) -> None:
        """The answer ends soon; what was said is kept."""
        self._questions.stop()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Until all is done that was asked for; False if that took too long."""
        end = None if timeout_s is None else time.monotonic() + timeout_s
        is_done = self._questions.wait(timeout_s)
        rest = None if end is None else max(0.0, end - time.monotonic())
        return is_done and self._parts.calls.wait(rest)

    @property
    def answer(self) -> Answer:
        """The last one that was given here: its text, stages and metrics."""
        return Answer.of(self._questions.last)

    @property
    def session_id(self) -> str:
        """Of the conversation that is shown; empty if it has yet to begin."""
        return self._conversations.session_id

    def next_cell(self, number: int = 1) -> None:
        """Puts the last answer's code, its block of that number, into the next cell.

        To be run in a cell. The new cell is not run.
        """
        blocks = code_blocks(self._questions.last.text)
        if not 1 <= number <= len(blocks):
            found = "no code" if not blocks else f"{len(blocks)} blocks of code"
            print(f"The last answer has {found}.")
        elif not self._questions.into_cell(blocks[number - 1].code):
            print("Run this in a cell.")

    def close(self) -> None:
        """Stops its answer and its threads, and takes it off the page."""
        self._end_work()
        atexit.unregister(self._end_work)
        with self._parts.lock:
            self._parts.look.close_all()

    def _layout(self) -> Any:
        look, questions = self._parts.look, self._questions
        return look.column(
            look.html(STYLE),
            self._conversations.bar.widget,
            self._transcript.widget,
            self._parts.notice.widget,
            questions.composer.widget,
            questions.options.widget,
            name="llmchat-panel",
        )

    def _end_work(self) -> None:
        self._parts.closing.set()
        self._questions.close(CLOSE_S)
        self._parts.calls.close()
        self._parts.connection.close()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """What a notebook shows, and a sentence for what shows no widgets."""
        shown = self.widget._repr_mimebundle_
        if shown is None:
            return {"text/plain": "This panel has been closed."}
        bundle = shown(**options)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        data["text/plain"] = repr(self)
        return bundle

    def __repr__(self) -> str:
        return "ChatPanel, shown where there are widgets; elsewhere use %%chat."


def _connect(say: Callable[[str], object]) -> Client:
    """A client of the server that is found or started."""
    return ChatClient(find_or_start(say))


def _shell() -> Any:
    """The user's shell; None in a plain script."""
    from IPython.core.getipython import get_ipython

    return get_ipython()
