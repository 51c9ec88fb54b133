"""What `%chat help` and `%%chat?` say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from .options import OPTIONS
from .subcommands import SUBCOMMANDS

F = TypeVar("F", bound=Callable[..., Any])

_HEAD: Final = """\
Asks the local language model and shows its answer as it is written.

  %%chat [OPTIONS]            asks what is written below it
  %chat [OPTIONS] QUESTION    asks in one line; %chat -- QUESTION if the
                              question begins with one of the words below
"""
_TAIL: Final = """\
The cells that have run go along, so it can be asked about them; %chat context shows
what is sent. Interrupt the kernel to stop an answer: what was said is kept.

In a question, {name} and {table.shape} are replaced by their values, as far as they can
be found without running code; every other brace stays as it is typed. `Out[3]`, `In[2]`
and `Err`, between backticks, send that result, that cell or the last error along. --raw
turns both off.

The last answer is in `_chat`: .text, .stages, .code_blocks, .metrics. After
%%chat --format json or --schema, its .data is the value."""

_WIDTH = 30


def help_text() -> str:
    """All of it, in lines of 88 characters at most."""
    commands = [_entry(each.usage, each.help) for each in SUBCOMMANDS]
    options = [
        _entry(", ".join(each.names) + f" {each.metavar}".rstrip(), each.help)
        for each in OPTIONS
    ]
    return "\n".join([_HEAD, *commands, "\nOptions:", *options, "", _TAIL])


def described(function: F) -> F:
    """Gives it the help as its docstring, which is what `%%chat?` shows."""
    function.__doc__ = help_text()
    return function


def _entry(name: str, text: str) -> str:
    if len(name) >= _WIDTH - 2:
        return f"  {name}\n{'':{_WIDTH}}{text}"
    return f"  {name:{_WIDTH - 2}}{text}"
