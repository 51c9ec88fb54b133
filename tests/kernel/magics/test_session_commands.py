from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.kernel.builders import message, session
from tests.kernel.safe_html import faults
from tests.kernel.scripted_client import ScriptedClient

from .cells import Screen, run


def test_sessions(shell: Any, client: ScriptedClient, screen: Screen) -> None:
    client.stored = (session("0123456789abcdef", "tea <b>"), session("s9", ""))
    run(shell, "%chat use tea")
    run(shell, "%chat sessions")
    assert "→  01234567  tea <b>" in screen.plain
    assert "s9        (no title)" in screen.plain
    assert faults(screen.html) == []


def test_no_sessions(shell: Any, client: ScriptedClient, screen: Screen) -> None:
    run(shell, "%chat sessions")
    assert screen.plain == "There are no sessions yet: ask something."


@pytest.mark.parametrize(
    "given", ["green tea", '"green tea"', "Green Tea", "abcd", "abcdef123", "green"]
)
def test_use(shell: Any, client: ScriptedClient, screen: Screen, given: str) -> None:
    client.stored = (session("x1", "coffee"), session("abcdef123", "green tea"))
    run(shell, f"%chat use {given}")
    run(shell, "%chat Why?")
    assert client.asked[0].session_id == "abcdef123"
    run(shell, "%chat use")
    assert "Questions go to abcdef12 (green tea)." in screen.plain


def test_use_what_is_not_there(
    shell: Any, client: ScriptedClient, screen: Screen
) -> None:
    client.stored = (session("x1", "coffee"),)
    run(shell, "%chat use cofee")
    assert "no session cofee" in screen.plain
    assert "The nearest is x1 (coffee)." in screen.plain
    run(shell, "%chat Why?")
    assert client.asked[0].session_id == "session1"


def test_new(shell: Any, client: ScriptedClient, screen: Screen) -> None:
    run(shell, "%chat Why?")
    run(shell, "%chat new green tea")
    run(shell, "%chat Why?")
    assert client.created == ["", "green tea"]
    assert [each.session_id for each in client.asked] == ["session1", "session2"]


def test_history(shell: Any, client: ScriptedClient, screen: Screen) -> None:
    run(shell, "%chat Why?")
    question = message("q")
    answer = msgspec.structs.replace(
        question, role="assistant", text="**So** <b>", model="tiny", state="interrupted"
    )
    client.said = (question, answer) * 4
    run(shell, "%chat history 2")
    shown = screen.outputs[-1]
    assert shown["text/plain"] == "\n\n".join(
        ["You\nWhy?\n\ntiny, interrupted\n**So** <b>"] * 2
    )
    assert "<strong>So</strong>" in shown["text/html"]
    assert faults(shown["text/html"]) == []
    client.said = ()
    run(shell, "%chat history")
    assert screen.outputs[-1]["text/plain"] == "Nothing was asked in this session yet."


@pytest.mark.parametrize("line", ["history", "export", "use", "decisions"])
def test_without_a_session(
    shell: Any, client: ScriptedClient, screen: Screen, line: str
) -> None:
    run(shell, f"%chat {line}")
    assert screen.plain.startswith("Error: This kernel has")
    assert client.created == []


@pytest.mark.parametrize(
    ("line", "name", "form"),
    [
        ("export", "tea-time.md", "markdown"),
        ("export --format notebook", "tea-time.ipynb", "notebook"),
        ("export said.json", "said.json", "json"),
        ("export 'what was said.md'", "what was said.md", "markdown"),
        ("export said.txt --format json", "said.txt", "json"),
    ],
)
def test_export(
    shell: Any,
    client: ScriptedClient,
    screen: Screen,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    line: str,
    name: str,
    form: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    client.stored = (session("s9", "tea time"),)
    run(shell, "%chat use tea time")
    run(shell, f"%chat {line}")
    assert (tmp_path / name).read_text() == f"s9 as {form}"
    assert screen.outputs[-1]["text/plain"] == f"Written to {name}."
    run(shell, f"%chat {line}")
    assert "is there already" in screen.outputs[-1]["text/plain"]
    run(shell, f"%chat {line} --force")
    assert screen.outputs[-1]["text/plain"] == f"Written to {name}."


def test_export_to_where_nothing_can_be_written(
    shell: Any, client: ScriptedClient, screen: Screen, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    run(shell, "%chat Why?")
    run(shell, f"%chat export {tmp_path}/file/said.md")
    assert "cannot be written" in screen.plain
