"""What one cell defines, uses and changes; and what can be said of it in a sentence.

Nothing of a cell is run, and no cell is too broken to be read.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from .cell_definitions import Definition, definitions
from .cell_scope import Reader

READ_CHARS: Final = 50_000
"""Of a longer cell only the words are looked at."""
_FILE = "<jupyter_llmchat>"
_PYTHON_BODY: Final = frozenset(("capture", "prun", "time"))
"""Magics that run what follows them in the notebook's own namespace."""
_MAGIC = re.compile(r"(?m)^\s*[%!?]|=\s*[%!]|\?\s*$")
_WORD = re.compile(r"[^\W\d]\w*")
_SOURCE_FAULTS = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True, kw_only=True)
class CellNames:
    """Names of the notebook's namespace, as one cell treats them."""

    uses: frozenset[str] = frozenset()
    """Read from what other cells have left there."""
    defines: frozenset[str] = frozenset()
    imports: frozenset[str] = frozenset()
    """Of those that it defines."""
    changes: frozenset[str] = frozenset()
    """What they stand for is changed in place."""
    deletes: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    """Columns, keys and attributes that are set."""
    definitions: tuple[Definition, ...] = field(default=())


def ignore_warnings_about_cells() -> None:
    """The user has seen them when the cell ran. For the main thread, once."""
    # catch_warnings is for one thread only, and cells are read in another.
    warnings.filterwarnings("ignore", module=re.escape(_FILE))


def names_in(source: str) -> CellNames:
    """The names of a cell as it was typed, magics and all. Never raises an Exception.

    Of a cell that is not Python all words count as used.
    """
    try:
        if len(source) > READ_CHARS:
            return _words(source)
        tree = _tree(source)
        reader = Reader()
        reader.visit(tree)
        noted = tuple(definitions(tree))
    except _SOURCE_FAULTS:
        return _words(source)
    return CellNames(
        uses=frozenset(reader.uses),
        defines=frozenset(reader.defines),
        imports=frozenset(reader.imports),
        changes=frozenset(reader.changes - reader.imports),
        deletes=frozenset(reader.deletes),
        keys=frozenset(reader.keys),
        definitions=noted,
    )


def _words(source: str) -> CellNames:
    found = _WORD.findall(source[:READ_CHARS])
    return CellNames(uses=frozenset(found))


def _tree(source: str) -> ast.Module:
    try:
        return ast.parse(source, _FILE)
    except SyntaxError:
        if not _MAGIC.search(source):
            raise
    tree = ast.parse(_transformed(source), _FILE)
    tree.body = [*_unwrapped(tree)]
    return tree


def _transformed(source: str) -> str:
    """Python with calls in place of magics, as IPython runs it."""
    from IPython.core import inputtransformer2

    manager: Any = inputtransformer2.TransformerManager
    # It warns of other ends of lines.
    text: str = manager().transform_cell("\n".join(source.splitlines()))
    return text


def _unwrapped(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements, without IPython's own calls but with what those run."""
    for statement in tree.body:
        match statement:
            case ast.Expr(value=ast.Call(func=function, args=args)) if _is_ours(
                function
            ):
                yield from _run_by_magic(args)
            case ast.Assign(value=ast.Call(func=function)) if _is_ours(function):
                statement.value = ast.Constant(None)
                yield statement
            case _:
                yield statement


def _is_ours(function: ast.expr) -> bool:
    """Whether it is a method of IPython's shell."""
    match function:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython"))):
            return True
    return False


def _run_by_magic(args: list[ast.expr]) -> list[ast.stmt]:
    match args:
        case [ast.Constant(value="time"), ast.Constant(value=str(code))]:
            return _tree(code).body
        case [ast.Constant(value=str(name)), _, ast.Constant(value=str(code))]:
            return _tree(code).body if name in _PYTHON_BODY else []
    return []
