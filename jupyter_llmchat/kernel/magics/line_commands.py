"""A line of %chat: a subcommand, or a question."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from typing import Final

from IPython.core.error import UsageError

from jupyter_llmchat.kernel.page import Page, Passage

from . import cell_commands, model_commands, session_commands
from .desk import Desk
from .help_text import help_text
from .options import Given, parse
from .subcommands import NAMES, usage_of
from .words import quoted, split, words

Run = Callable[[Desk, Sequence[str]], None]

_SURE: Final = 0.8
"""How alike a word has to be to a subcommand to be taken for a slip of the finger."""


def run_line(desk: Desk, line: str) -> None:
    """Does what the line says; raises UsageError and LLMChatError."""
    typed = split(line)
    given = parse(typed.options)
    first, _, rest = typed.rest.partition(" ")
    if typed.is_question:
        desk.ask(typed.rest, given)
    elif first in NAMES:
        _run(desk, first, rest, given)
    elif not typed.rest:
        _refuse_nothing(given)
        show_help(desk, ())
    else:
        _refuse_slip(first, rest)
        desk.ask(typed.rest, given)


def _run(desk: Desk, name: str, rest: str, given: Given) -> None:
    try:
        if name in _ASKING:
            _ASKING[name](desk, words(rest), given)
            return
        if given != Given():
            raise UsageError(f"`%chat {name}` takes no options of a question.")
        _SHOWING[name](desk, words(rest))
    except UsageError as error:
        line = f"{name} {rest}".strip()
        raise UsageError(
            f"{error} It is used so: {usage_of(name)}. To ask it as a question: "
            f"%chat -- {line[:60]}"
        ) from None


def _refuse_nothing(given: Given) -> None:
    if given != Given():
        raise UsageError("The question is empty: write it behind the options.")


def _refuse_slip(first: str, rest: str) -> None:
    """A single word that is nearly a subcommand is hardly a question."""
    near = difflib.get_close_matches(first, NAMES, n=1, cutoff=_SURE)
    if near and not rest.strip():
        raise UsageError(
            f"There is no subcommand {first}. Did you mean %chat {near[0]}? To ask it "
            f"as a question: %chat -- {quoted(first)}"
        )


def show_help(desk: Desk, words: Sequence[str]) -> None:
    text = help_text()
    Page((Passage(label="%chat", text=text, is_markdown=False),)).show()


_SHOWING: Final[dict[str, Run]] = {
    "sessions": session_commands.show_sessions,
    "use": session_commands.use,
    "new": session_commands.begin,
    "history": session_commands.show_history,
    "export": session_commands.export,
    "models": model_commands.show_models,
    "stats": model_commands.show_stats,
    "decisions": model_commands.show_decisions,
    "context": cell_commands.context,
    "help": show_help,
}
_ASKING: Final[dict[str, Callable[[Desk, Sequence[str], Given], None]]] = {
    "fix": cell_commands.fix,
    "explain": cell_commands.explain,
}
