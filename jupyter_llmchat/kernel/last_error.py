"""An exception in few lines, as far as the notebook's own cells are concerned."""

from __future__ import annotations

import linecache
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import Any, Final

from jupyter_llmchat.protocol.requests import ContextPart
from jupyter_llmchat.redaction import without_secrets

from .known_types import has_base, name_of
from .shown_value import shown

CellOf = Callable[[str], int | None]
"""The number of the cell that was compiled under a file name; None for other files."""

MESSAGE_CHARS: Final = 1000
LINE_CHARS: Final = 200
PLACES: Final = 8
"""Lines of cells that are told: the outermost one and the last."""
_NUMBER = re.compile(r"\d+")
_FRAMES: Final = 5000
_CAUSES: Final = 3

_ARGS: Any = BaseException.__dict__["args"]
_TRACEBACK: Any = BaseException.__dict__["__traceback__"]
_CAUSE: Any = BaseException.__dict__["__cause__"]


@dataclass(frozen=True)
class CellError:
    """What went wrong when a cell ran; holds nothing of the exception itself."""

    text: str
    cells: tuple[int, ...]
    """Numbers of the cells that the program was in, the outermost first."""

    def part(self, redact: Callable[[str], str]) -> ContextPart:
        name = f"in In [{self.cells[0]}]" if self.cells else ""
        return ContextPart(kind="error", name=name, text=redact(self.text))


def last_error(shell: Any) -> ContextPart | None:
    """The exception that was shown last in this shell; None if there was none."""
    error = getattr(sys, "last_value", None)
    if not isinstance(error, BaseException) or is_interrupt(error):
        return None
    return read_error(error, cell_numbers(shell)).part(without_secrets)


def read_error(error: BaseException, cell_of: CellOf) -> CellError:
    """Reads an exception without running code of its class."""
    lines: list[str] = []
    cells: dict[int, None] = {}
    cause: BaseException | None = error
    for _ in range(_CAUSES):
        if cause is None:
            break
        lines.append(f"{'caused by ' if lines else ''}{_heading(cause)}")
        places = [*_places(cause, cell_of)]
        cells.update((each.cell, None) for each in places)
        if len(places) > PLACES:
            places = [places[0], *places[1 - PLACES :]]
        lines += map(str, places)
        cause = _CAUSE.__get__(cause)
    return CellError("\n".join(lines), tuple(cells))


def cell_numbers(shell: Any) -> CellOf:
    """By the file names that IPython has compiled the cells under."""

    def cell_of(file: str) -> int | None:
        found = shell.compile.format_code_name(file)
        digits = _NUMBER.search(found[1]) if found else None
        return int(digits[0]) if digits else None

    return cell_of


def is_interrupt(error: BaseException) -> bool:
    """Whether somebody wanted it."""
    kind = type(error)
    return has_base(kind, KeyboardInterrupt) or has_base(kind, SystemExit)


@dataclass(frozen=True)
class _Place:
    cell: int
    line: int
    function: str
    source: str

    def __str__(self) -> str:
        within = "" if self.function == "<module>" else f", in {self.function}"
        return f"In [{self.cell}], line {self.line}{within}: {self.source}"


def _heading(error: BaseException) -> str:
    message = _message(error)
    name = name_of(type(error))
    return f"{name}: {message}" if message else name


def _message(error: BaseException) -> str:
    """Its arguments; asking the exception itself would run its `__str__`."""
    args = _ARGS.__get__(error)
    if has_base(type(error), OSError) and len(args) >= 2:
        file = OSError.__dict__["filename"].__get__(error)
        at = f": {shown(file)}" if file is not None else ""
        return f"{_plain(args[1])}{at}"[:MESSAGE_CHARS]
    if has_base(type(error), SyntaxError):
        args = args[:1]
    elif has_base(type(error), KeyError):
        return ", ".join(map(shown, args))[:MESSAGE_CHARS]
    return ", ".join(filter(None, map(_plain, args)))[:MESSAGE_CHARS]


def _plain(value: object) -> str:
    return value.strip() if type(value) is str else shown(value)


def _places(error: BaseException, cell_of: CellOf) -> Iterator[_Place]:
    before = None
    for frame in islice(_frames(_TRACEBACK.__get__(error)), _FRAMES):
        code = frame.tb_frame.f_code
        cell = cell_of(code.co_filename)
        if cell is None or before == (code, frame.tb_lineno):
            # A function that calls itself is told once.
            continue
        before = (code, frame.tb_lineno)
        source = _line(code.co_filename, frame.tb_lineno)
        yield _Place(cell, frame.tb_lineno, code.co_name, source)
    if has_base(type(error), SyntaxError):
        yield from _syntax_place(error, cell_of)


def _syntax_place(error: BaseException, cell_of: CellOf) -> Iterator[_Place]:
    file, line, text = (
        SyntaxError.__dict__[name].__get__(error)
        for name in ("filename", "lineno", "text")
    )
    cell = cell_of(file) if type(file) is str else None
    if cell is not None and type(line) is int:
        source = text.strip()[:LINE_CHARS] if type(text) is str else ""
        yield _Place(cell, line, "<module>", source)


def _frames(first: TracebackType | None) -> Iterator[TracebackType]:
    while first is not None:
        yield first
        first = first.tb_next


def _line(file: str, number: int) -> str:
    """As IPython has put it down; no file is read for it."""
    entry = linecache.cache.get(file)
    lines: Any = entry[2] if entry is not None and len(entry) > 2 else ()
    return lines[number - 1].strip()[:LINE_CHARS] if 0 < number <= len(lines) else ""
