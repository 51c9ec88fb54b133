"""What can be said about the names that a cell defines: parameters, values, origin."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .cell_scope import FunctionNode
from .syntax import root

EXPRESSION_CHARS: Final = 160
"""Longer ones are left out: half an expression is wrong."""
DOC_CHARS: Final = 200
_TOO_MANY = 200
"""Statements of one cell that are looked at."""


@dataclass(frozen=True)
class Definition:
    """One thing that a cell does to a name, as the end of a sentence."""

    name: str
    told: tuple[str, ...]
    """Each follows `Cell 3 `: `sets total to price * units.`"""


def definitions(tree: ast.Module) -> Iterator[Definition]:
    """Of the statements that stand at a cell's top level."""
    for statement in tree.body[:_TOO_MANY]:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield Definition(statement.name, tuple(_function(statement)))
            case ast.ClassDef():
                yield Definition(statement.name, tuple(_class(statement)))
            case ast.Assign(targets=[target], value=value):
                yield from _assigned(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield from _assigned(target, value)
            case ast.AugAssign(target=target):
                yield from _changed(target, statement)
            case ast.Expr(value=ast.Call(func=ast.Attribute() as called) as call):
                yield from _called(called, call)


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    heading = f"the function {node.name}({_parameters(node)})"
    returned = _returned(node)
    if returned:
        yield f"defines {heading}, which returns {returned}."
    else:
        yield f"defines {heading}."
    if doc := _first_line(node):
        yield f"says about {node.name}: {doc}"


def _class(node: ast.ClassDef) -> Iterator[str]:
    bases = [text for each in node.bases if (text := _text(each))]
    methods = [
        each.name
        for each in node.body
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
        and not each.name.startswith("_")
    ]
    kind = f", a kind of {', '.join(bases)}" if bases else ""
    having = f", with the methods {', '.join(methods)}" if methods else ""
    yield f"defines the class {node.name}{kind}{having}."
    if doc := _first_line(node):
        yield f"says about {node.name}: {doc}"


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[Definition]:
    if isinstance(value, ast.Constant) and isinstance(target, ast.Name):
        # The variable's own value says as much.
        return
    name, to, text = root(target), _text(target), _text(value)
    if isinstance(value, ast.Lambda) and isinstance(target, ast.Name):
        body, given = _text(value.body), _parameters(value)
        text = ""
        if body:
            told = f"defines the function {name}({given}), which returns {body}."
            yield Definition(name, (told,))
    if name and to and text:
        yield Definition(name, (f"sets {to} to {text}.",))


def _changed(target: ast.expr, statement: ast.AugAssign) -> Iterator[Definition]:
    if (name := root(target)) and (text := _text(statement)):
        yield Definition(name, (f"runs {text}.",))


def _called(called: ast.Attribute, call: ast.Call) -> Iterator[Definition]:
    name = root(called) if called.attr in ("fit", "partial_fit") else ""
    if name and (text := _text(call)):
        yield Definition(name, (f"calls {text}.",))


def _parameters(node: FunctionNode) -> str:
    return _text(node.args) or ("" if _has_none(node.args) else "…")


def _has_none(args: ast.arguments) -> bool:
    return not (args.posonlyargs or args.args or args.kwonlyargs) and not (
        args.vararg or args.kwarg
    )


def _returned(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """What it returns, if that is all it does; empty for what is not so simple."""
    body = [*node.body]
    if body and ast.get_docstring(node, clean=False) is not None:
        del body[0]
    match body:
        case [ast.Return(value=ast.expr() as value)]:
            return _text(value)
    return ""


def _first_line(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    lines = (ast.get_docstring(node, clean=False) or "").strip().splitlines()
    return lines[0][:DOC_CHARS].strip() if lines else ""


def _text(node: ast.AST) -> str:
    """As it would be typed on one line; empty where that takes too much."""
    length = getattr(node, "end_lineno", 0) - getattr(node, "lineno", 0)
    if length > EXPRESSION_CHARS // 10:
        return ""
    text = ast.unparse(node)
    return text if len(text) <= EXPRESSION_CHARS and "\n" not in text else ""
