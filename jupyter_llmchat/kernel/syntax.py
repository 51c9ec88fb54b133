"""Questions about pieces of a syntax tree that need no knowledge of what is around."""

from __future__ import annotations

import ast
from collections.abc import Iterable

_OWN_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def root(node: ast.expr) -> str:
    """`df` of `df.loc[0].x`; empty where it is no name."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def strings(node: ast.expr) -> set[str]:
    """The texts that are written out in an expression."""
    found = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant))
    return {each for each in found if isinstance(each, str)}


def arguments(args: ast.arguments) -> list[ast.arg]:
    """All of a function's parameters."""
    every = [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]
    return [each for each in every if each is not None]


def names_set(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that these nodes set in the function, or module, that they stand in."""
    names: set[str] = set()
    for node in _of_one_scope(nodes):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.ClassDef(name=name) | ast.MatchMapping(rest=str(name)):
                names.add(name)
            case ast.ExceptHandler(name=str(name)):
                names.add(name)
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                names.add(name)
            case ast.alias(name=name, asname=other):
                names.add(other or name.partition(".")[0])
    return names


def declared(
    nodes: Iterable[ast.AST], kind: type[ast.Global | ast.Nonlocal]
) -> frozenset[str]:
    """The names that these nodes declare global or nonlocal."""
    here = (each for each in _of_one_scope(nodes) if isinstance(each, kind))
    return frozenset(name for each in here for name in each.names)


def _of_one_scope(nodes: Iterable[ast.AST]) -> Iterable[ast.AST]:
    """The nodes and those below them that are of the same function."""
    waiting = [*nodes]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.comprehension):
            # Its target is its own.
            waiting += (node.iter, *node.ifs)
        elif not isinstance(node, _OWN_SCOPE):
            waiting += ast.iter_child_nodes(node)
