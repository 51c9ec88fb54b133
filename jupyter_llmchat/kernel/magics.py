"""%%chat: ask in a cell, and read the answer below it as it is written."""

# IPython's decorators have no types.
# mypy: disallow-untyped-calls=False, disallow-untyped-decorators=False
from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import msgspec
from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from jupyter_llmchat.protocol.requests import AskOptions

from .answer import Answer
from .client import ChatClient
from .conversation import Connect, Conversation, Question
from .headless import find_or_start
from .view import NotebookView, TerminalView, View

ANSWER = "_chat"
"""Name of the last answer in the user's namespace."""


def connect(say: Callable[[str], object]) -> ChatClient:
    """A client of the server that is found or started; raises ServerUnreachable."""
    return ChatClient(find_or_start(say))


def register(ipython: Any, connect: Connect = connect) -> None:
    """Adds %%llmchat, and %%chat unless another package has taken that name."""
    magics = ChatMagics(ipython, connect)
    ipython.register_magics(magics)
    other = ipython.find_cell_magic("chat")
    owner = getattr(other, "__module__", None) or "another package"
    if other is not None and owner != __name__:
        warnings.warn(
            f"%%chat is already provided by {owner}; use %%llmchat to ask "
            "jupyter_llmchat.",
            stacklevel=2,
        )
        return
    ipython.register_magic_function(magics.llmchat, "cell", "chat")


@magics_class
class ChatMagics(Magics):
    """Keeps one conversation for the kernel's life."""

    def __init__(self, shell: Any, connect: Connect) -> None:
        super().__init__(shell)
        self._shell = shell
        self._conversation = Conversation(connect)

    @magic_arguments()
    @argument("-s", "--session", default="", metavar="NAME", help="Session to ask in.")
    @argument(
        "-d",
        "--deadline",
        type=float,
        metavar="SECONDS",
        help="Time that the answer may take at most.",
    )
    @argument(
        "-t",
        "--temperature",
        type=float,
        help="0 for the most likely words, up to 2 for more varied ones.",
    )
    @argument(
        "-n",
        "--max-tokens",
        type=int,
        metavar="TOKENS",
        help="Length of each stage of the answer at most.",
    )
    @argument("--seed", type=int, help="The same seed gives the same answer.")
    @cell_magic("llmchat")  # type: ignore[arg-type]
    def llmchat(self, line: str, cell: str) -> None:
        """Asks the local language model and shows its answer as it is written.

        Interrupt the kernel to stop it. The last answer is in `_chat`: its `.text`,
        `.stages` and `.metrics`.
        """
        given = parse_argstring(self.llmchat, line)
        question = Question(
            text=cell.strip("\n"), options=_options(given), session=given.session
        )
        state = self._conversation.ask(question, view_of(self._shell))
        self._shell.user_ns[ANSWER] = Answer.of(state)


def view_of(shell: Any) -> View:
    """A cell's output in a notebook; the terminal where there is no kernel."""
    is_notebook = getattr(shell, "kernel", None) is not None
    return NotebookView() if is_notebook else TerminalView()


def _options(given: Any) -> AskOptions:
    values = {
        "deadline_s": given.deadline,
        "temperature": given.temperature,
        "max_tokens": given.max_tokens,
        "seed": given.seed,
    }
    try:
        return msgspec.convert(values, AskOptions)
    except msgspec.ValidationError as error:
        raise UsageError(f"%%chat: {error}") from error
