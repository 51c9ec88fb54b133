"""What can be tried without confining the process of the tests."""

from __future__ import annotations

import ast
import io
import json
from pathlib import Path

import pytest

from jupyter_llmchat.evaluation.confined import executed, guard, parsed, said


def test_the_guard_lets_the_folder_be_changed_and_nothing_else(tmp_path: Path) -> None:
    hook = guard(str(tmp_path))
    hook("open", (str(tmp_path / "a"), "w", 1))
    hook("open", ("/etc/hostname", "r", 0))
    hook("open", (3, "w", 1))
    hook("os.mkdir", (str(tmp_path / "b"), 0o777, -1))
    for event, arguments in (
        ("open", (str(tmp_path.parent / "a"), "w", 1)),
        ("open", (f"{tmp_path}-beside", "w", 1)),
        ("os.rename", (str(tmp_path / "a"), "/etc/a", -1, -1)),
        ("os.remove", (b"/etc/a", -1)),
        ("socket.connect", (None, ("127.0.0.1", 1))),
    ):
        with pytest.raises(PermissionError):
            hook(event, arguments)


def test_the_guard_follows_links(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "out").symlink_to(tmp_path)
    with pytest.raises(PermissionError):
        guard(str(tmp_path / "work"))("open", (str(tmp_path / "work/out/a"), "w", 1))


def test_a_cell_is_noted_as_soon_as_it_is_parsed() -> None:
    notes = io.StringIO()
    assert parsed("x = ", notes) is None
    assert isinstance(parsed("x = 1", notes), ast.Module)
    lines = [json.loads(line) for line in notes.getvalue().splitlines()]
    assert [each["compiles"] for each in lines] == [False, True]


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("x = 1", ""),
        ("raise SystemExit", ""),
        ("raise SystemExit(2)", "exit status 2"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt: "),
        ("missing", "NameError: name 'missing' is not defined"),
    ],
)
def test_what_a_cell_raises_is_said(code: str, wrong: str) -> None:
    assert executed(ast.parse(code), {}) == wrong


def test_the_last_value_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert executed(ast.parse("x = 2\nNone\nx + 1"), {}) == ""
    assert executed(ast.parse("None"), {}) == ""
    assert capsys.readouterr().out == "3\n"


def test_a_long_error_is_cut() -> None:
    assert len(said(ValueError("x" * 1000))) == 300
