"""%chat fix, explain and context: what is about the notebook's cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from IPython.core.error import UsageError

from jupyter_llmchat.errors import NotFound
from jupyter_llmchat.kernel.page import Block, Line, Page, Passage, Table, lines
from jupyter_llmchat.protocol.requests import Context, ContextPart

from . import taking
from .desk import Desk
from .options import Given, nearest
from .subcommands import CONTEXT

FIX: Final = (
    "This cell failed with {error}. Say in one sentence why, then show the corrected "
    "code."
)
EXPLAIN_ERROR: Final = "This cell failed with {error}. Why, and what does that mean?"
EXPLAIN_CELL: Final = "What does cell {number} do, step by step?"
EXPLAIN_NAME: Final = "What is {name}, and what is it for?"


def fix(desk: Desk, words: Sequence[str], given: Given) -> None:
    taking.nothing(words)
    error = _error(desk)
    text = FIX.format(error=_first_line(error))
    desk.ask(text, _typed(given), _failure(desk, error))


def explain(desk: Desk, words: Sequence[str], given: Given) -> None:
    """An error, a cell by its number, or something by its name."""
    what = taking.one(words)
    if what.isascii() and what.isdigit():
        part = _cell(desk, int(what))
        desk.ask(EXPLAIN_CELL.format(number=what), given, (part,))
    elif what:
        _check_name(desk, what)
        desk.ask(EXPLAIN_NAME.format(name=what), _typed(given))
    else:
        error = _error(desk)
        text = EXPLAIN_ERROR.format(error=_first_line(error))
        desk.ask(text, _typed(given), _failure(desk, error))


def context(desk: Desk, words: Sequence[str]) -> None:
    """What goes along with a question, and whether."""
    what = taking.one(words) or "show"
    if what not in CONTEXT:
        raise UsageError(f"It is {', '.join(CONTEXT)}, not {what}.")
    if what != "show":
        desk.sends_context = what == "on"
        goes = "goes along with questions" if what == "on" else "is not sent"
        lines(f"The notebook {goes} from now on.").show()
        return
    _show_context(desk)


def _show_context(desk: Desk) -> None:
    parts = desk.notebook.preview()
    if not parts:
        lines("Nothing goes along: no cell has run yet.").show()
        return
    rows = tuple((each.kind, each.name, f"{len(each.text):,}") for each in parts)
    head = ("kind", "name", "characters")
    blocks: list[Block] = []
    if not desk.sends_context:
        blocks.append(Line(text="Nothing is sent now; %chat context on would send:"))
    blocks.append(Table(headings=head, rows=rows, right=head[2:]))
    blocks += [
        Passage(label=f"{each.kind} {each.name}", text=each.text, is_markdown=False)
        for each in parts
    ]
    Page(tuple(blocks)).show()


def _typed(given: Given) -> Given:
    """An error's message may have braces in it, which are no names of the user's."""
    return replace(given, raw=True)


def _failure(desk: Desk, error: ContextPart) -> Context:
    return (*desk.notebook.cells_of_last_error(), error)


def _error(desk: Desk) -> ContextPart:
    error = desk.notebook.last_error()
    if error is None:
        raise NotFound(
            "No cell has failed in this kernel.",
            "%chat explain 3 explains cell 3, %chat explain NAME what is called so.",
        )
    return error


def _first_line(error: ContextPart) -> str:
    """The exception with its message, on one line."""
    return error.text.partition("\n")[0].rstrip(".")


def _cell(desk: Desk, number: int) -> ContextPart:
    text = desk.sources().text("In", number)
    if not text:
        raise NotFound(
            f"This kernel has no cell {number}.", "Give the number in front of a cell."
        )
    return ContextPart(kind="cell", name=f"In [{number}]", text=text)


def _check_name(desk: Desk, name: str) -> None:
    known = desk.shell.user_ns
    if name.partition(".")[0].partition("[")[0] in known:
        return
    shown = [each for each in known if type(each) is str and not each.startswith("_")]
    near = nearest(name, shown)
    hint = f"Did you mean {near}?" if near else "Run the cell that defines it."
    raise NotFound(f"Nothing is called {name} here.", hint)
