from __future__ import annotations

import sys
import types
from typing import Any

import numpy
import pytest

from jupyter_llmchat.kernel.known_types import (
    attributes,
    has_base,
    home_of,
    is_a,
    library_of,
    loaded,
    name_of,
)

from .test_shown_value import fail, hostile


def test_a_class_is_told_by_identity() -> None:
    assert is_a(numpy.zeros(1), "numpy", "ndarray")
    assert not is_a(numpy.zeros(1).view(numpy.matrix), "numpy", "ndarray")
    assert not is_a(1, "no_such_module", "ndarray")
    assert not is_a(None, "numpy", "no_such_class")


def test_nothing_is_imported_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("lazy")
    module.__getattr__ = fail  # type: ignore[method-assign]
    monkeypatch.setitem(sys.modules, "lazy", module)
    assert loaded("lazy", "Thing") is None


def test_a_library_is_believed_only_if_the_class_is_found_there() -> None:
    Pretender = type("ndarray", (), {"__module__": "numpy"})
    assert home_of(Pretender) == "numpy"
    assert library_of(Pretender) == ""
    assert library_of(numpy.ndarray) == "numpy"
    assert library_of(type("X", (), {"__module__": 3})) == ""


def test_nothing_of_a_hostile_class_is_run() -> None:
    kind = hostile()
    value = type.__call__(kind)
    assert name_of(kind) == "Hostile"
    assert not is_a(value, "numpy", "ndarray")
    assert library_of(kind) == ""
    assert not has_base(kind, int)
    assert attributes(value) == {}


class Plain:
    def __init__(self) -> None:
        self.size = 3


class Shadowed:
    @property
    def __dict__(self) -> Any:  # type: ignore[override]
        raise AssertionError


class Slotted:
    __slots__ = ("size",)


def test_attributes_are_read_past_what_a_class_defines() -> None:
    assert attributes(Plain()) == {"size": 3}
    assert attributes(type("Below", (Plain,), {"__getattribute__": fail})()) == {
        "size": 3
    }
    assert attributes(Shadowed()) == {}
    assert attributes(Slotted()) == {}
    assert attributes(3) == {}
