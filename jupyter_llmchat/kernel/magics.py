"""%%chat: ask in a cell, and read the answer below it as it is written."""

# IPython's decorators have no types.
# mypy: disallow-untyped-calls=False, disallow-untyped-decorators=False
from __future__ import annotations

import contextlib
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
from .conversation import Connect, Conversation, Find, Question
from .discover import find_server
from .headless import find_or_start
from .notebook_context import NotebookContext
from .preparation import Preparation
from .view import NotebookView, TerminalView, View

ANSWER = "_chat"
"""Name of the last answer in the user's namespace."""
CELL_HAS_RUN = "post_run_cell"
"""IPython's event."""


def connect(say: Callable[[str], object]) -> ChatClient:
    """A client of the server that is found or started; raises ServerUnreachable."""
    return ChatClient(find_or_start(say))


def find() -> ChatClient | None:
    """A client of a server that runs already; raises ServerUnreachable."""
    address = find_server()
    return None if address is None else ChatClient(address)


def register(ipython: Any, connect: Connect = connect, find: Find = find) -> None:
    """Adds %%llmchat, and %%chat unless another package has taken that name.

    From then on the server is told of each cell that has run, if there is a server.
    """
    unregister(ipython)
    magics = ChatMagics(ipython, connect, find)
    ipython.register_magics(magics)
    ipython.events.register(CELL_HAS_RUN, magics.cell_has_run)
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


def unregister(ipython: Any) -> None:
    """Takes back what `register` has done, if it has."""
    for hook in [*ipython.events.callbacks[CELL_HAS_RUN]]:
        magics: Any = getattr(hook, "__self__", None)
        # By name: after %reload_ext the class is another one.
        if type(magics).__module__ != __name__:
            continue
        ipython.events.unregister(CELL_HAS_RUN, hook)
        magics.close()
        cells = ipython.magics_manager.magics["cell"]
        for name in ("chat", "llmchat"):
            if getattr(cells.get(name), "__self__", None) is magics:
                del cells[name]


@magics_class
class ChatMagics(Magics):
    """Keeps one conversation for the kernel's life."""

    def __init__(self, shell: Any, connect: Connect, find: Find) -> None:
        super().__init__(shell)
        self._shell = shell
        self._conversation = Conversation(connect, find=find)
        self._context = NotebookContext(shell)
        self._preparation = Preparation(self._prepare)

    def cell_has_run(self, result: object = None) -> None:
        """The model may read the notebook while the user works on it."""
        # IPython prints what escapes here below the user's cell.
        with contextlib.suppress(Exception, KeyboardInterrupt):
            self._context.note()
            self._preparation.announce()

    def _prepare(self) -> None:
        self._conversation.prepare(self._context.parts())

    def close(self) -> None:
        """Nothing is prepared any more."""
        self._preparation.close()

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
    @argument(
        "--fresh",
        action="store_true",
        help="Ask the model again what it has been asked before.",
    )
    @argument(
        "--no-context",
        action="store_true",
        help="Do not send along the cells that have run in this notebook.",
    )
    @cell_magic("llmchat")  # type: ignore[arg-type]
    def llmchat(self, line: str, cell: str) -> None:
        """Asks the local language model and shows its answer as it is written.

        The cells that have run go along, so it can be asked about them.
        Interrupt the kernel to stop it. The last answer is in `_chat`: its `.text`,
        `.stages` and `.metrics`.
        """
        given = parse_argstring(self.llmchat, line)
        self._context.note()
        question = Question(
            text=cell.strip("\n"),
            options=_options(given),
            session=given.session,
            context=() if given.no_context else self._context.parts(),
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
        "fresh": given.fresh or None,
    }
    try:
        return msgspec.convert(values, AskOptions)
    except msgspec.ValidationError as error:
        raise UsageError(f"%%chat: {error}") from error
