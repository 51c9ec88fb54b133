"""Which class a value is of, found out without running any code of the value's own.

A metaclass may define `==`, `hash` and every attribute, so classes are compared by
identity, and their names are read past the metaclass.
"""

from __future__ import annotations

import sys
from typing import Any

_NAME: Any = type.__dict__["__name__"]
_MODULE: Any = type.__dict__["__module__"]
_QUALNAME: Any = type.__dict__["__qualname__"]
_MRO: Any = type.__dict__["__mro__"]


def loaded(module: str, name: str) -> object:
    """A class of a module that is loaded; None where it is not. Imports nothing."""
    found = sys.modules.get(module)
    # Not getattr: some modules import on it.
    return None if found is None else vars(found).get(name)


def is_a(value: object, module: str, name: str) -> bool:
    """Whether the value is of exactly that class, no subclass."""
    kind = loaded(module, name)
    return kind is not None and type(value) is kind


def name_of(kind: type) -> str:
    """The class's name, for a sentence."""
    name: str = _NAME.__get__(kind)
    return name


def home_of(kind: type) -> str:
    """The module that a class says it is from; empty if it does not say."""
    module = _MODULE.__get__(kind)
    return module if type(module) is str else ""


def library_of(kind: type) -> str:
    """The library that a class really is from, as `sklearn`; empty if it only says so.

    The class has to be found where it claims to be.
    """
    module = home_of(kind)
    if loaded(module, _QUALNAME.__get__(kind)) is not kind:
        return ""
    return module.partition(".")[0]


def has_base(kind: type, base: object) -> bool:
    """Whether `base` is among the classes that a class comes from."""
    return any(each is base for each in _MRO.__get__(kind))


def attributes(value: object) -> dict[str, Any]:
    """What an object keeps under names of its own; empty where that is not plain."""
    for kind in _MRO.__get__(type(value)):
        found = type.__dict__["__dict__"].__get__(kind).get("__dict__")
        if found is None:
            continue
        if type(found) is type(_Plain.__dict__["__dict__"]):
            kept: object = found.__get__(value)
            return kept if type(kept) is dict else {}
        return {}
    return {}


class _Plain:
    """Its `__dict__` is what Python gives a class that does not define its own."""
