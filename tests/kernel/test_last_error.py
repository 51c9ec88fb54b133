from __future__ import annotations

import linecache
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_llmchat.kernel.last_error import (
    MESSAGE_CHARS,
    PLACES,
    CellError,
    is_interrupt,
    last_error,
    read_error,
)

from .test_shown_value import fail

FILES = {"<cell 3>": 3, "<cell 4>": 4}


def run(file: str, source: str, names: dict[str, Any]) -> None:
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    exec(compile(source, file, "exec"), names)


def raised(*sources: str, **names: Any) -> BaseException:
    try:
        for file, source in zip(FILES, sources, strict=False):
            run(file, source, names)
    except Exception as error:  # noqa: BLE001 whichever it is
        return error
    raise AssertionError


def read(*sources: str, **names: Any) -> CellError:
    return read_error(raised(*sources, **names), FILES.get)


def test_the_lines_of_cells_that_it_came_through() -> None:
    error = read("def ratio(a):\n    return 1 / a", "x = 0\nratio(x)")
    assert error.text == (
        "ZeroDivisionError: division by zero\n"
        "In [4], line 2: ratio(x)\n"
        "In [3], line 2, in ratio: return 1 / a"
    )
    assert error.cells == (4, 3)
    part = error.part(lambda text: text.replace("x", "…"))
    assert (part.kind, part.name) == ("error", "in In [4]")
    assert "ratio(…)" in part.text


def test_lines_of_libraries_are_left_out() -> None:
    error = read("import json\njson.loads('{')")
    assert error.text.splitlines()[1:] == ["In [3], line 2: json.loads('{')"]


def test_a_function_that_calls_itself_is_told_once() -> None:
    error = read("def f(): return f()", "f()")
    assert error.text.startswith("RecursionError: maximum recursion depth exceeded")
    assert len(error.text.splitlines()) == 3


def test_a_long_way_is_shortened() -> None:
    functions = "\n".join(f"def f{n}(): f{n + 1}()" for n in range(30))
    lines = read(functions, "f0()").text.splitlines()
    assert len(lines) == PLACES + 1
    assert lines[1] == "In [4], line 1: f0()"
    assert lines[-1] == "In [3], line 30, in f29: def f29(): f30()"


def test_what_it_was_caused_by() -> None:
    error = read(
        "try:\n    {}['a']\nexcept KeyError as e:\n    raise ValueError('no') from e"
    )
    assert error.text.splitlines() == [
        "ValueError: no",
        "In [3], line 4: raise ValueError('no') from e",
        "caused by KeyError: 'a'",
        "In [3], line 2: {}['a']",
    ]


def test_a_cell_that_is_not_python() -> None:
    with pytest.raises(SyntaxError) as caught:
        compile("x = 1\ny = = 2\n", "<cell 3>", "exec")
    error = read_error(caught.value, FILES.get)
    assert error.text == "SyntaxError: invalid syntax\nIn [3], line 2: y = = 2"
    assert error.cells == (3,)


def test_messages_of_pythons_own_exceptions() -> None:
    assert read("open('/no/such')").text.startswith(
        "FileNotFoundError: No such file or directory: '/no/such'\n"
    )
    assert read("raise ValueError").text.startswith("ValueError\n")
    assert read("raise ValueError('a', 3)").text.startswith("ValueError: a, 3\n")
    long = read("raise ValueError('x' * 10**6)").text.splitlines()[0]
    assert len(long) == MESSAGE_CHARS + len("ValueError: ")


def test_nothing_of_the_exceptions_class_is_run() -> None:
    class Hostile(Exception):
        __str__ = __repr__ = __getattribute__ = fail  # type: ignore[assignment]
        args = property(fail)  # type: ignore[assignment]

    error = read("raise E('why')", E=Hostile)
    assert error.text.splitlines() == ["Hostile: why", "In [3], line 1: raise E('why')"]


def shell() -> Any:
    known = {file: ("Cell", f"In[{number}]") for file, number in FILES.items()}
    return SimpleNamespace(compile=SimpleNamespace(format_code_name=known.get))


def test_the_last_one_that_was_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(sys, "last_value", raising=False)
    assert last_error(shell()) is None
    monkeypatch.setattr(sys, "last_value", raised("token = 'x'\n1 / 0"), raising=False)
    part = last_error(shell())
    assert part is not None
    assert part.text == ("ZeroDivisionError: division by zero\nIn [3], line 2: 1 / 0")
    monkeypatch.setattr(sys, "last_value", KeyboardInterrupt())
    assert last_error(shell()) is None


def test_what_somebody_wanted_is_no_error() -> None:
    assert is_interrupt(KeyboardInterrupt())
    assert is_interrupt(SystemExit())
    assert not is_interrupt(ValueError())


def test_a_secret_in_a_line_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sys, "last_value", raised("1 / 0; password = 'hunter2'"), raising=False
    )
    part = last_error(shell())
    assert part is not None
    assert "hunter2" not in part.text
