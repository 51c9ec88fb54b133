from __future__ import annotations

from typing import Any

import pytest

from jupyter_llmchat.kernel.magics.subcommands import NAMES
from tests.kernel.scripted_client import ScriptedClient

from .cells import Screen, run


@pytest.mark.parametrize("name", NAMES)
def test_every_subcommand_does_something_and_asks_nothing_by_itself(
    shell: Any, client: ScriptedClient, screen: Screen, name: str
) -> None:
    run(shell, f"%chat {name}")
    assert screen.plain
    assert client.asked == []


@pytest.mark.parametrize("line", ["%chat", "%chat help", "%llmchat help"])
def test_help(shell: Any, client: ScriptedClient, screen: Screen, line: str) -> None:
    run(shell, line)
    for word in (*NAMES, "--session", "--deadline", "{name}", "`Out[3]`", "--raw"):
        assert word in screen.plain


@pytest.mark.parametrize(
    "question", ["help me with lists", "fix the loop", "history of Rome?", "use case?"]
)
def test_a_question_may_begin_with_a_subcommand(
    shell: Any, client: ScriptedClient, question: str
) -> None:
    run(shell, f"%chat -- {question}")
    assert client.asked[0].question == question


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("fix the loop", "%chat -- fix the loop"),
        ("explain lists in Python", "%chat -- explain lists in Python"),
        ("history of Rome?", "%chat history [NUMBER]"),
        ("history 0", "no number above 0"),
        ("context maybe", "show, on, off"),
        ("models now", "nothing to be said behind it"),
        ("export --format pdf", "json, markdown, notebook"),
        ("export --best", "no option --best"),
        ("export a b", "One word is taken"),
        ("sesions", "Did you mean %chat sessions?"),
        ("-t 0 models", "takes no options"),
        ("-t 0", "question is empty"),
        ("use 'x", "quotation mark is not closed"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(
    shell: Any,
    client: ScriptedClient,
    capsys: pytest.CaptureFixture[str],
    line: str,
    complaint: str,
) -> None:
    shell.run_cell(f"%chat {line}")
    said = "".join(capsys.readouterr())
    assert complaint in said
    assert "Traceback" not in said
    assert said.count("\n") == 1
    assert client.asked == []


def test_no_server_is_told_in_one_sentence(
    shell: Any, screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    from jupyter_llmchat.errors import ServerUnreachable
    from jupyter_llmchat.kernel.magics import register

    def connect(say: object) -> Any:
        raise ServerUnreachable("No server answers.", "Start one.")

    register(shell, connect, lambda: None)
    for line in ("sessions", "models", "stats", "new tea"):
        run(shell, f"%chat {line}")
        assert screen.outputs[-1]["text/plain"] == (
            "Error: No server answers.\nStart one."
        )
    assert capsys.readouterr() == ("", "")
