from __future__ import annotations

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_llmchat.kernel.cell_names import (
    READ_CHARS,
    CellNames,
    ignore_warnings_about_cells,
    names_in,
)


@pytest.mark.parametrize(
    ("source", "uses", "defines"),
    [
        ("%matplotlib inline\nx = y", "y", "x"),
        ("x = !ls {folder}\nprint(x)", "print", "x"),
        ("!pip install pandas", "", ""),
        ("x = %pwd", "", "x"),
        ("%time x = f(y)", "f y", "x"),
        ("%%time\nx = f(y)", "f y", "x"),
        ("%%capture out\nx = 1", "", "x"),
        ("%%timeit\nx = 1", "", ""),
        ("%%bash\nx=1", "", ""),
        ("%%html\n<b>", "", ""),
        ("df.head?", "", ""),
        ("?df", "", ""),
        ("for i in x:\n    %time f(i)", "x", "i"),
        ("x = (a\n     % b)", "a b", "x"),
        ("await f()", "f", ""),
        ("", "", ""),
    ],
)
def test_magics_are_no_python_but_what_they_run_is(
    source: str, uses: str, defines: str
) -> None:
    found = names_in(source)
    assert found.uses - {"get_ipython"} == {*uses.split()}
    assert found.defines == {*defines.split()}


@pytest.mark.parametrize(
    ("source", "uses"),
    [
        ("x = (y", {"x", "y"}),
        ("def f(:\n", {"def", "f"}),
        ("x\x00y", {"x", "y"}),
        ("(" * 5000 + "x", {"x"}),
        ("a" + "+b" * 20_000, {"a", "b"}),
        ("x = 1\n" * READ_CHARS, {"x"}),
    ],
    ids=range(6),
)
def test_of_what_is_not_python_all_words_count_as_used(
    source: str, uses: set[str]
) -> None:
    assert names_in(source) == CellNames(uses=frozenset(uses))


def test_imports_are_told_from_what_is_changed() -> None:
    found = names_in("import config, numpy as np\nconfig.size = 3\nnames.sort()")
    assert found.imports == {"config", "np"}
    assert found.changes == {"names"}
    assert found.keys == {"size"}


def test_definitions_come_along() -> None:
    assert [each.name for each in names_in("x = y * 2").definitions] == ["x"]


def test_nobody_is_warned_of_a_cell_a_second_time() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ignore_warnings_about_cells()
        assert names_in("x = '\\d'").defines == {"x"}


@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "x",
                    "y = ",
                    "def f(",
                    "):",
                    "\n",
                    "\n    ",
                    "class A:",
                    "import ",
                    "'",
                ),
                *(
                    '"""',
                    "%%time\n",
                    "%x",
                    "!ls",
                    "?",
                    "[",
                    "]",
                    "{",
                    "}",
                    "lambda ",
                    ",",
                ),
                *(
                    "for ",
                    " in ",
                    "global x",
                    "del x",
                    "=",
                    "+",
                    "\\",
                    "#",
                    "\x00",
                    "é",
                ),
                *(
                    "match x:",
                    "case _:",
                    "try:",
                    "except ",
                    "return",
                    "yield ",
                    "await ",
                ),
                *(
                    ":=",
                    "@",
                    "f'{",
                    "\ud800",
                    "\r",
                    "\t",
                    "*",
                    "0x",
                    "1or 2",
                    "nonlocal x",
                ),
            ]
        ),
        max_size=30,
    ).map("".join)
    | st.text(max_size=50)
)
@settings(max_examples=400, deadline=None)
def test_no_cell_is_too_broken(source: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ignore_warnings_about_cells()
        found = names_in(source)
        assert not found.imports - found.defines
        assert names_in(source) == found
