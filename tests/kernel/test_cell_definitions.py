from __future__ import annotations

import ast

import pytest

from jupyter_llmchat.kernel.cell_definitions import EXPRESSION_CHARS, definitions


def told(source: str) -> list[str]:
    found = definitions(ast.parse(source))
    return [f"{each.name}: {line}" for each in found for line in each.told]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        (
            "def margin(row): return row.price - row.cost",
            "margin: defines the function margin(row), "
            "which returns row.price - row.cost.",
        ),
        (
            "def f(a, /, b=2, *c, d: int, **e):\n  x = 1\n  return x",
            "f: defines the function f(a, /, b=2, *c, d: int, **e).",
        ),
        ("async def f(): ...", "f: defines the function f()."),
        (
            'def f():\n  """\n  Doc of it.\n\n  More."""\n  return 1',
            "f: defines the function f(), which returns 1.|f: says about f: Doc of it.",
        ),
        (
            "class Shop(Base, ABC):\n  'A shop.'\n  def open(s): ...\n  def _x(s): ...",
            "Shop: defines the class Shop, a kind of Base, ABC, with the methods open."
            "|Shop: says about Shop: A shop.",
        ),
        ("class A: pass", "A: defines the class A."),
        ("x = y * 2", "x: sets x to y * 2."),
        ("x = 3", ""),
        ("x: int = y + 1", "x: sets x to y + 1."),
        ("df['m'] = 0", "df: sets df['m'] to 0."),
        ("df['m'] = df.a + df.b", "df: sets df['m'] to df.a + df.b."),
        (
            "f = lambda a, b=1: a + b",
            "f: defines the function f(a, b=1), which returns a + b.",
        ),
        ("x += y", "x: runs x += y."),
        ("model.fit(X, y)", "model: calls model.fit(X, y)."),
        ("df.head()", ""),
        ("a, b = c", ""),
        ("f().x = 1", ""),
        ("if x:\n  y = z", ""),
    ],
)
def test_what_is_said(source: str, lines: str) -> None:
    assert told(source) == (lines.split("|") if lines else [])


def test_half_an_expression_is_not_told() -> None:
    long = " + ".join(["x"] * EXPRESSION_CHARS)
    assert told(f"y = {long}") == []
    assert told(f"def f(): return {long}") == ["f: defines the function f()."]
    assert told("y = [\n" + "  1,\n" * 1000 + "]") == []
