"""What of the running notebook goes along with a question: the cells that have run."""

from __future__ import annotations

import re
import threading
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

from jupyter_llmchat.protocol.requests import ContextPart

from .redaction import names_a_secret, without_secrets
from .shown_value import shown

TOTAL_CHARS: Final = 24_000
"""All cells together; the server fits them to the model's tokens itself."""
KEPT_CHARS: Final = 18_000
"""What is left when the oldest have to go: several at once, then none for a while, or
each new cell would change where the context begins and all of it would be read anew."""
CELL_CHARS: Final = 8_000
"""Of one cell's source."""
_HEADING_CHARS = 50
"""What a cell counts for besides its text. It also bounds how many there are."""

_OUR_CELL = re.compile(r"\s*%%(?:llm)?chat\b")
_OUR_LINE = re.compile(
    r"\s*(?:%(?:llm)?chat\b.*|%(?:re|un)?load_ext\s+jupyter_llmchat\s*(?:#.*)?)?"
)


@dataclass(frozen=True)
class _Ran:
    number: int
    source: str
    result: str


class NotebookContext:
    """The cells of one shell in the order in which they last ran, oldest first.

    `note` belongs to the shell's thread; `parts`, which takes longer, to any.
    """

    # A model reads a prompt again from the first place that is different, so cells are
    # only appended. One that runs again goes to the end: its effects are the newest,
    # and when there is not room for all cells the last ones are kept, among them the
    # one that the user is working on. What stood before it and the order of the others
    # stay; the last cell, run again with the same result, changes nothing at all.

    def __init__(self, shell: Any) -> None:
        self._history = shell.history_manager
        self._next = 1
        """Number of the next cell to look at."""
        self._noted: deque[_Ran | None] = deque()
        """What `parts` has not seen yet; None where everything began anew."""
        self._parts: dict[str, ContextPart] = {}
        """By source."""
        self._lock = threading.Lock()

    def note(self) -> None:
        """Remembers what has run since the last call, and its results as they are."""
        sources = self._history.input_hist_raw
        if len(sources) < self._next:
            # %reset: the numbers begin again, and what the cells made is gone.
            self._noted.append(None)
            self._next = 1
        results = self._history.output_hist
        for number in range(self._next, len(sources)):
            result = shown(results[number]) if number in results else ""
            self._noted.append(_Ran(number, sources[number], result))
            self._next = number + 1

    def parts(self) -> tuple[ContextPart, ...]:
        """The cells noted so far; each part stays as it is once it was given."""
        with self._lock:
            while self._noted:
                if (cell := self._noted.popleft()) is None:
                    self._parts.clear()
                else:
                    self._take(cell)
            self._forget()
            return tuple(self._parts.values())

    def _take(self, cell: _Ran) -> None:
        source = cell.source
        if not source or source.isspace() or only_asks_us(source):
            return
        text = _text(cell)
        if source in self._parts:
            is_last = next(reversed(self._parts)) == source
            if is_last and self._parts[source].text == text:
                return
            del self._parts[source]
        part = ContextPart(kind="notebook", name=f"In [{cell.number}]", text=text)
        self._parts[source] = part

    def _forget(self) -> None:
        total = sum(map(_chars, self._parts.values()))
        if total <= TOTAL_CHARS:
            return
        for source in [*self._parts]:
            if total <= KEPT_CHARS:
                return
            total -= _chars(self._parts.pop(source))


def only_asks_us(source: str) -> bool:
    """Whether a cell has nothing in it but magics of this package."""
    if _OUR_CELL.match(source):
        return True
    lines = source[:CELL_CHARS].splitlines()
    return "%" in source and all(map(_OUR_LINE.fullmatch, lines))


def _text(cell: _Ran) -> str:
    """The source, without secrets, and what its last line has given."""
    text = cell.source.strip("\n")
    if len(text) > CELL_CHARS:
        text = (text[:CELL_CHARS].rpartition("\n")[0] or text[:CELL_CHARS]) + "\n…"
    text = without_secrets(text)
    last_line = cell.source.rstrip().rpartition("\n")[2]
    if not cell.result or names_a_secret(last_line):
        return text
    return f"{text}\nOut: {without_secrets(cell.result)}"


def _chars(part: ContextPart) -> int:
    return len(part.text) + _HEADING_CHARS
