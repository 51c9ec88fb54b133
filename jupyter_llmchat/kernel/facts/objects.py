"""Facts about modules, functions, classes, and objects of classes of the user's own."""

from __future__ import annotations

from collections.abc import Iterator
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Final

from jupyter_llmchat.kernel.known_types import attributes, home_of, name_of
from jupyter_llmchat.redaction import names_a_secret

from .inquiry import Inquiry
from .phrasing import listed, value_text

ATTRIBUTES: Final = 6
_PARAMETERS: Final = 20
_MODULES_OF_THE_USER: Final = ("", "__main__", "builtins")


def module_facts(name: str, module: Any, _inquiry: Inquiry) -> Iterator[str]:
    """Of a value that is exactly a module."""
    own = vars(module)
    called, version = own.get("__name__"), own.get("__version__")
    known = f", version {version}" if type(version) is str else ""
    yield f"{name} is the module {called if type(called) is str else name}{known}."


def function_facts(name: str, function: Any, _inquiry: Inquiry) -> Iterator[str]:
    """Of a function that no cell of the notebook defines."""
    if type(function) is not FunctionType:
        yield f"{name} is a built-in function."
        return
    code = function.__code__
    given = code.co_varnames[: min(code.co_argcount, _PARAMETERS)]
    home = function.__module__
    of = f" of the module {home}" if _is_elsewhere(home) else ""
    having = f" with the parameters {', '.join(given)}" if given else ""
    yield f"{name} is a function{of}{having}."


def class_facts(name: str, kind: type) -> Iterator[str]:
    """Of a class that no cell of the notebook defines."""
    home = home_of(kind)
    of = f" of the module {home}" if _is_elsewhere(home) else ""
    yield f"{name} is a class{of}."


def object_facts(name: str, value: object) -> Iterator[str]:
    """Of any other value: its class, and what of its state can be told."""
    kind = type(value)
    yield f"{name} is an object of the class {name_of(kind)}."
    if home_of(kind).partition(".")[0] not in _MODULES_OF_THE_USER:
        return
    told = []
    for key, each in [*attributes(value).items()]:
        if type(key) is not str or key.startswith("_") or names_a_secret(key):
            continue
        if text := value_text(each):
            told.append(f"{key} {text}")
    if told:
        yield f"{name} has {listed(told[:ATTRIBUTES], len(told))}."


def is_function(value: object) -> bool:
    kind = type(value)
    return kind is FunctionType or kind is BuiltinFunctionType


def is_module(value: object) -> bool:
    return type(value) is ModuleType


def _is_elsewhere(module: object) -> bool:
    return type(module) is str and module not in _MODULES_OF_THE_USER
