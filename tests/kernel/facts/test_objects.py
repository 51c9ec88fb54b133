from __future__ import annotations

import json
import math
import types
from dataclasses import dataclass
from enum import Enum
from typing import Any

from jupyter_llmchat.kernel.facts.objects import (
    class_facts,
    function_facts,
    is_function,
    is_module,
    module_facts,
    object_facts,
)
from tests.kernel.test_shown_value import fail, hostile

from .inquiries import inquiry


def test_modules() -> None:
    named = types.ModuleType("polars")
    vars(named)["__version__"] = "2.1.0"
    assert [*module_facts("pl", named, inquiry())] == [
        "pl is the module polars, version 2.1.0."
    ]
    odd = types.ModuleType("odd")
    vars(odd).update(__name__=3, __version__=object(), __getattr__=fail)
    assert [*module_facts("odd", odd, inquiry())] == ["odd is the module odd."]
    assert is_module(math)
    assert not is_module(type("M", (types.ModuleType,), {})("m"))


def test_functions_of_other_modules() -> None:
    assert [*function_facts("dumps", json.dumps, inquiry())] == [
        "dumps is a function of the module json with the parameters obj."
    ]
    assert [*function_facts("sqrt", math.sqrt, inquiry())] == [
        "sqrt is a built-in function."
    ]
    assert is_function(json.dumps) and is_function(math.sqrt)
    assert not is_function(hostile())


def test_classes_of_other_modules() -> None:
    assert [*class_facts("D", json.JSONDecoder)] == [
        "D is a class of the module json.decoder."
    ]
    (line,) = class_facts("H", hostile())
    assert line.startswith("H is a class of the module")


@dataclass
class Shop:
    name: str = "North"
    size: int = 3
    password: str = "hunter2"
    _private: int = 1
    other: Any = None


Shop.__module__ = "__main__"


class Size(Enum):
    SMALL = 1


class Raising:
    __repr__ = __getattribute__ = fail  # type: ignore[assignment]


Raising.__module__ = "__main__"


def test_objects() -> None:
    assert [*object_facts("shop", Shop(other=object()))] == [
        "shop is an object of the class Shop.",
        "shop has name 'North', size 3.",
    ]
    assert [*object_facts("x", Raising())] == ["x is an object of the class Raising."]
    assert [*object_facts("x", type.__call__(hostile()))] == [
        "x is an object of the class Hostile."
    ]
    assert [*object_facts("size", Size.SMALL)] == [
        "size is an object of the class Size."
    ]
    assert [*object_facts("g", (each for each in ()))] == [
        "g is an object of the class generator."
    ]
