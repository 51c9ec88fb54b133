from __future__ import annotations

import ast
import builtins
import symtable
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_llmchat.kernel.cell_scope import Reader

BUILTINS = frozenset(dir(builtins))


def read(source: str) -> Reader:
    reader = Reader()
    reader.visit(ast.parse(source))
    return reader


@pytest.mark.parametrize(
    ("source", "uses", "defines"),
    [
        ("x = y", "y", "x"),
        ("x = 1; y = x", "", "x y"),
        ("x += 1", "x", "x"),
        ("y = x; x = 1", "x", "x y"),
        ("x: int = y", "int y", "x"),
        ("x: int", "int", ""),
        ("(a, *b), c.d = e", "c e", "a b"),
        ("if c: x = 1\nprint(x)", "c print x", "x"),
        ("if c: x = 1\nelse: x = 2\ny = x", "c", "x y"),
        ("for i in n: x = i\nx", "n x", "i x"),
        ("while (x := f()): x", "f", "x"),
        ("[i for i in x if i > k]", "x k", ""),
        ("[(y := i) for i in x]\ny", "x", "y"),
        ("[i for i in i]", "i", ""),
        ("{a: b for a, b in z for c in a}", "z", ""),
        ("lambda a, b=c: a + b + d", "c d", ""),
        ("def f(a=b) -> R:\n    c = a\n    return c + g", "R b g", "f"),
        ("def f():\n    return g\ng = 1", "", "f g"),
        ("def f():\n    global g\n    g = h", "h", "f g"),
        (
            "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = y",
            "y",
            "f",
        ),
        ("def f():\n    [i for i in n]\n    return i", "n i", "f"),
        ("class A(B):\n    y = x\n    def m(self): return y", "B x y", "A"),
        ("class A:\n    y = 1\n    z = y", "", "A"),
        ("import a.b, c as d\nfrom e import f, g as h\nfrom i import *", "", "a d f h"),
        ("try: x = f()\nexcept E as e: print(e)\ny = x", "E f print x", "x y"),
        ("try: x = 1\nfinally: y = 2\nz = (x, y)", "", "x y z"),
        ("with open(p) as f: f", "open p", "f"),
        ("del x", "x", ""),
        ("x = 1\ndel x\ny = x", "x", "y"),
        ("match a:\n    case [b, *c] if b > d: e = c", "a d", "b c e"),
        ("match a:\n    case {'k': P.Q, **r}: pass", "P a", "r"),
        ("@deco\nclass A: pass", "deco", "A"),
        ("async def f():\n    async for i in x:\n        await i", "x", "f"),
        ("f'{a} {b!r:{c}}'", "a b c", ""),
        ("try: pass\nexcept* E as g: g", "E", ""),
    ],
)
def test_names_in_python(source: str, uses: str, defines: str) -> None:
    found = read(source)
    assert found.uses == {*uses.split()}
    assert found.defines == {*defines.split()}


@pytest.mark.parametrize(
    ("source", "changes", "keys"),
    [
        ("df['m'] = 1", "df", "m"),
        ("df.loc[0, 'm'] = df['n']", "df", "m"),
        ("df.m = 1", "df", "m"),
        ("df['m'] += 1", "df", "m"),
        ("del df['m']", "df", "m"),
        ("df[['a', 'b']] = x", "df", "a b"),
        ("names.append(1)", "names", ""),
        ("history = model.fit(X, y)", "model", ""),
        ("df.drop('x', inplace=True)", "df", ""),
        ("df.drop('x', inplace=False)", "", ""),
        ("df.head()", "", ""),
        ("f().x = 1", "", "x"),
        ("def f(df):\n    df['m'] = 1", "", "m"),
    ],
)
def test_what_is_changed_in_place(source: str, changes: str, keys: str) -> None:
    found = read(source)
    assert found.changes == {*changes.split()}
    assert found.keys == {*keys.split()}


@pytest.mark.parametrize(
    ("source", "deletes"),
    [("del x", "x"), ("x = 1\ndel x", "x"), ("del x\nx = 1", ""), ("if c: del x", "")],
)
def test_what_is_deleted(source: str, deletes: str) -> None:
    assert read(source).deletes == {*deletes.split()}


def tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for each in table.get_children():
        yield from tables(each)


FOLDER = Path(sysconfig.get_path("stdlib"))
MODULES = [
    *("argparse.py", "ast.py", "asyncio/base_events.py", "calendar.py"),
    *("collections/__init__.py", "contextlib.py", "dataclasses.py", "enum.py"),
    *("functools.py", "inspect.py", "json/decoder.py", "logging/__init__.py"),
    *("pathlib.py", "pickle.py", "random.py", "shutil.py", "statistics.py"),
    *("tempfile.py", "textwrap.py", "threading.py", "tokenize.py", "typing.py"),
]


@pytest.mark.parametrize("name", MODULES)
def test_real_programs_as_pythons_own_compiler_sees_them(name: str) -> None:
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"this Python has no {name}")
    source = path.read_text(encoding="utf-8")
    found = read(source)
    top = symtable.symtable(source, name, "exec")
    assigned = {
        each.get_name()
        for each in top.get_symbols()
        if each.is_assigned() or each.is_imported()
    }
    read_anywhere = {
        each.get_name()
        for table in tables(top)
        for each in table.get_symbols()
        if each.is_referenced() and (table is top or each.is_global())
    }
    by_functions = {
        each.get_name()
        for table in tables(top)
        for each in table.get_symbols()
        if each.is_declared_global() and each.is_assigned()
    }
    assert found.defines <= assigned | by_functions
    # What a handler binds is gone with it, and what is deleted is not there any more.
    gone = {each.name for each in ast.walk(top_tree(source)) if is_handler(each)}
    assert assigned - found.defines <= gone | found.deletes
    assert found.uses <= read_anywhere
    assert read_anywhere <= found.uses | found.defines | BUILTINS | gone | found.deletes


def top_tree(source: str) -> ast.Module:
    return ast.parse(source)


def is_handler(node: Any) -> bool:
    return isinstance(node, ast.ExceptHandler) and node.name is not None


# -- programs that are run to see what they really do ----------------------------------

NAME = st.sampled_from("abcdef")
VALUE = st.one_of(
    NAME,
    st.just("1"),
    st.builds("({} + {})".format, NAME, NAME),
    st.builds("[{0} for {0} in ({1}, 2)][0]".format, NAME, NAME),
    st.builds("(lambda {0}, z={1}: {0} + z)({2})".format, NAME, NAME, NAME),
    st.builds("({} := {})".format, NAME, NAME),
    st.builds("sum({0} for {0} in (1, 2) if {0} or {1})".format, NAME, NAME),
)
LINE = st.one_of(
    st.builds("{} = {}".format, NAME, VALUE),
    st.builds("{} += {}".format, NAME, VALUE),
    st.builds("{}, {} = {}, {}".format, NAME, NAME, VALUE, VALUE),
    st.builds("{}: int = {}".format, NAME, VALUE),
    st.builds("for {} in ({},): {} = {}".format, NAME, VALUE, NAME, VALUE),
    st.builds("if {}: {} = {}".format, VALUE, NAME, VALUE),
    st.builds(
        "def g({0}, z={1}):\n    {2} = {0}\n    return {3}\n{4} = g(1)".format,
        *(NAME, NAME, NAME, VALUE, NAME),
    ),
    st.builds("class C:\n    {} = 1\n{} = C.__name__ and 1".format, NAME, NAME),
    st.builds(
        "try:\n    {} = {}\nexcept ZeroDivisionError as {}: pass".format,
        *(NAME, VALUE, NAME),
    ),
    st.builds("import math as {0}\n{0} = 1".format, NAME),
    st.builds("with open(0, closefd=False) as {0}: {0} = {1}".format, NAME, VALUE),
)


class Spy(dict[str, Any]):
    """A namespace that knows which names it was asked for before it had them."""

    def __init__(self) -> None:
        super().__init__(__builtins__=vars(builtins), __name__="__main__")
        self.asked: set[str] = set()
        self.own: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        if name in self.own:
            return super().__getitem__(name)
        if hasattr(builtins, name) or name.startswith("__"):
            return super().__getitem__(name)
        self.asked.add(name)
        return 1

    def __setitem__(self, name: str, value: Any) -> None:
        self.own.add(name)
        super().__setitem__(name, value)


@given(st.lists(LINE, min_size=1, max_size=8).map("\n".join))
@settings(max_examples=300, deadline=None)
def test_generated_programs_as_they_really_run(source: str) -> None:
    found = read(source)
    spy = Spy()
    # What functions read is taken to be there by the time that they are called.
    later = found.defines if "def " in source or "lambda" in source else set()
    try:
        exec(compile(source, "<cell>", "exec"), spy)
    except (UnboundLocalError, NameError, TypeError):
        # It ended early, so what it did is a part of what it would have done.
        assert spy.asked - later <= found.uses
        return
    assert spy.asked - later <= found.uses
    assert {each for each in spy.own if each in spy} <= {
        *found.defines,
        "__annotations__",
    }
    ways = ("if ", "for ", "def ", "lambda", "except ")
    always_runs = not any(each in source for each in ways)
    if always_runs:
        assert found.uses - BUILTINS == spy.asked
