from __future__ import annotations

import ast

import pytest

from jupyter_llmchat.kernel.syntax import (
    arguments,
    declared,
    names_set,
    root,
    strings,
)


def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize(
    ("text", "name"),
    [("df", "df"), ("df.loc[0].x", "df"), ("f().x", ""), ("'x'.y", ""), ("1", "")],
)
def test_root(text: str, name: str) -> None:
    assert root(expression(text)) == name


def test_strings() -> None:
    assert strings(expression("['a', x, ('b', 3)]")) == {"a", "b"}


def test_arguments() -> None:
    node = ast.parse("def f(a, /, b, *c, d, **e): pass").body[0]
    assert isinstance(node, ast.FunctionDef)
    assert [each.arg for each in arguments(node.args)] == ["a", "b", "c", "d", "e"]


BODY = """
global g
import os.path, sys as system
x = [i for i in y if (w := i)]
def inner(): z = 1
class C: k = 2
for a, *b in (): pass
try: pass
except E as e: pass
match x:
    case {"p": p, **rest}: pass
    case [q, *tail] as whole: pass
with f() as h: del d
"""


def test_names_of_one_scope() -> None:
    tree = ast.parse(BODY)
    assert names_set(tree.body) == {
        *("os", "system", "x", "w", "inner", "C", "a", "b", "e", "p", "rest"),
        *("q", "tail", "whole", "h", "d"),
    }
    assert declared(tree.body, ast.Global) == {"g"}
    assert declared(tree.body, ast.Nonlocal) == frozenset()
