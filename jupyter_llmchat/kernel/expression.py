"""The value of an expression in a question, found without running any of its code.

What is looked at may be anything: an attribute may be a property that takes minutes, an
index may ask a database. So only values of exact builtin types and of a few libraries
are looked into; in all others only what lies there already is found.
"""

from __future__ import annotations

import ast
import inspect
import operator
from collections.abc import Callable, Mapping
from types import MemberDescriptorType, ModuleType
from typing import Any, Final

from .known_types import is_a

LONGEST: Final = 200
"""Characters of an expression."""
_BITS = 256
"""Of an integer that is calculated with: products grow."""
_DEPTH = 20

_ARITHMETIC: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_SIGNS: Final[dict[type[ast.unaryop], Callable[[Any], Any]]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
_NUMBERS = (int, float, bool)
_INDEXED = (list, tuple, dict, str, bytes, range)
_LIBRARIES: Final[dict[str, tuple[str, ...]]] = {
    "numpy": ("ndarray",),
    "pandas": ("DataFrame", "Series", "Index", "RangeIndex", "MultiIndex"),
    "pandas.core.indexing": (
        "_LocIndexer",
        "_iLocIndexer",
        "_AtIndexer",
        "_iAtIndexer",
    ),
    "polars": ("DataFrame", "Series"),
}
"""Their attributes and items are the libraries' own and take no time."""


class Unresolved(Exception):
    """It has no value that can be found like this; the text stays as it is."""


def value_of(source: str, names: Mapping[str, Any]) -> Any:
    """The value of names, attributes, items and arithmetic; raises Unresolved.

    At least one name has to be in it: a number alone is what it says already.
    """
    if len(source) > LONGEST:
        raise Unresolved(source)
    try:
        tree = ast.parse(source.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unresolved(source) from error
    if not any(isinstance(each, ast.Name) for each in ast.walk(tree)):
        raise Unresolved(source)
    try:
        return _value(tree.body, names, 0)
    except Unresolved:
        raise
    except Exception as error:
        # A missing key, a division by zero, whatever a library refuses.
        raise Unresolved(source) from error


def _value(node: ast.expr, names: Mapping[str, Any], depth: int) -> Any:
    if depth > _DEPTH:
        raise Unresolved
    match node:
        case ast.Name(id=name):
            return names[name]
        case ast.Constant(value=value) if type(value) in (*_NUMBERS, str):
            return value
        case ast.Attribute(value=inner, attr=name):
            return _attribute(_value(inner, names, depth + 1), name)
        case ast.Subscript(value=inner, slice=key):
            return _item(_value(inner, names, depth + 1), _key(key, names, depth + 1))
        case ast.BinOp(left=left, op=op, right=right):
            sides = _value(left, names, depth + 1), _value(right, names, depth + 1)
            return _ARITHMETIC[type(op)](*map(_number, sides))
        case ast.UnaryOp(op=op, operand=inner):
            return _SIGNS[type(op)](_number(_value(inner, names, depth + 1)))
        case _:
            raise Unresolved


def _key(node: ast.expr, names: Mapping[str, Any], depth: int) -> Any:
    """What stands in brackets: a string, a number, a slice of numbers, several."""
    if isinstance(node, ast.Tuple):
        return tuple(_key(each, names, depth + 1) for each in node.elts)
    if isinstance(node, ast.Slice):
        ends = (node.lower, node.upper, node.step)
        return slice(*(each and _number(_value(each, names, depth)) for each in ends))
    key = _value(node, names, depth)
    if type(key) is str:
        return key
    return _number(key)


def _number(value: Any) -> Any:
    kind = type(value)
    if kind is float or kind is bool or (kind is int and value.bit_length() <= _BITS):
        return value
    raise Unresolved


def _attribute(value: Any, name: str) -> Any:
    if name.startswith("__"):
        raise Unresolved
    if _is_of_a_library(value):
        return getattr(value, name)
    if type(value) is ModuleType:
        return vars(value)[name]
    found = inspect.getattr_static(value, name)
    if type(found) is MemberDescriptorType:
        return found.__get__(value)
    # Anything else that is computed when it is asked for may do what it likes.
    if inspect.getattr_static(type(found), "__get__", None) is not None:
        raise Unresolved
    return found


def _item(value: Any, key: Any) -> Any:
    # By identity: a metaclass may define `==`.
    if any(type(value) is each for each in _INDEXED) or _is_of_a_library(value):
        return value[key]
    raise Unresolved


def _is_of_a_library(value: Any) -> bool:
    return any(
        is_a(value, module, name)
        for module, names in _LIBRARIES.items()
        for name in names
    )
