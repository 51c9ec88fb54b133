"""The subcommands of %chat: their names, what they take, and what help says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Subcommand:
    """One of them."""

    name: str
    takes: str
    """As it is written behind the name; empty if nothing."""
    help: str

    @property
    def usage(self) -> str:
        return f"%chat {self.name} {self.takes}".strip()


SUBCOMMANDS: Final = (
    Subcommand(name="fix", takes="", help="What is wrong with the cell that failed."),
    Subcommand(
        name="explain",
        takes="[NUMBER|NAME]",
        help="Explains the last error, a cell, or something that a cell has defined.",
    ),
    Subcommand(name="sessions", takes="", help="Lists the sessions."),
    Subcommand(
        name="use",
        takes="NAME|ID",
        help="Asks in this session from now on; without a name, says which it is.",
    ),
    Subcommand(name="new", takes="[TITLE]", help="Begins a session and uses it."),
    Subcommand(name="models", takes="", help="Lists the models."),
    Subcommand(name="stats", takes="", help="How many answers, how fast, how good."),
    Subcommand(
        name="decisions", takes="", help="What the model decided about the last answer."
    ),
    Subcommand(
        name="history",
        takes="[NUMBER]",
        help="The last questions of the session with their answers; 5 of them.",
    ),
    Subcommand(
        name="export",
        takes="[FILE] [--format json|markdown|notebook] [--force]",
        help="Writes the session down.",
    ),
    Subcommand(
        name="context",
        takes="[show|on|off]",
        help="Shows what goes along with a question; stops and starts that.",
    ),
    Subcommand(name="help", takes="", help="This list."),
)

NAMES: Final = tuple(each.name for each in SUBCOMMANDS)
CONTEXT: Final = ("show", "on", "off")
EXPORT_FORMATS: Final = {".json": "json", ".md": "markdown", ".ipynb": "notebook"}
"""By the ending of a file's name."""
EXPORT_OPTIONS: Final = ("--format", "--force")


def usage_of(name: str) -> str:
    return next(each.usage for each in SUBCOMMANDS if each.name == name)
