from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from jupyter_llmchat import load_ipython_extension
from jupyter_llmchat.errors import ServerUnreachable
from jupyter_llmchat.kernel import magics
from jupyter_llmchat.kernel.magics import register, view_of
from jupyter_llmchat.kernel.view import NotebookView, TerminalView
from jupyter_llmchat.protocol.requests import AskOptions

from .builders import answer, begin, chunk, numbered, start
from .scripted_client import ScriptedClient


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    yield shell
    shell.run_line_magic("reset", "-f")
    InteractiveShell.clear_instance()


@pytest.fixture
def client(shell: Any) -> ScriptedClient:
    """Answers the cells of the shell."""
    client = ScriptedClient()
    register(shell, lambda say: client)
    return client


def run(shell: Any, cell: str) -> Any:
    """What the cell returns; a traceback fails the test."""
    result = shell.run_cell(cell)
    result.raise_error()
    return result.result


def test_answer_is_printed_and_kept(
    shell: Any, client: ScriptedClient, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(shell, "%%chat\nWhy?\nTell me.") is None
    assert capsys.readouterr().out.startswith("Because.\n\nsimple · 3.2 s")
    assert client.asked[0].question == "Why?\nTell me."
    run(shell, "text, stages, metrics = _chat.text, _chat.stages, _chat.metrics")
    assert shell.user_ns["text"] == "Because."
    assert shell.user_ns["stages"] == {"core": "Because."}
    assert shell.user_ns["metrics"].strategy == "simple"


def test_braces_and_percents_in_a_question_are_text(
    shell: Any, client: ScriptedClient
) -> None:
    run(shell, "%%chat\nWhat is {x!r} in f'{a:>{b}}' and %d and $HOME?")
    question = "What is {x!r} in f'{a:>{b}}' and %d and $HOME?"
    assert client.asked[0].question == question


def test_options(shell: Any, client: ScriptedClient) -> None:
    run(shell, "%%chat -s tea -d 30 -t 0.5 -n 100 --seed 7\nWhy?")
    assert client.created == ["tea"]
    assert client.asked[0].options == AskOptions(
        deadline_s=30, temperature=0.5, max_tokens=100, seed=7
    )


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("-t 5", "temperature"),
        ("-d -1", "deadline"),
        ("-n 0", "max_tokens"),
        ("-n many", "max-tokens"),
        ("--nonsense", "nonsense"),
        ("-s", "session"),
    ],
)
def test_bad_options_are_named(
    shell: Any,
    client: ScriptedClient,
    capsys: pytest.CaptureFixture[str],
    line: str,
    complaint: str,
) -> None:
    shell.run_cell(f"%%chat {line}\nWhy?")
    said = "".join(capsys.readouterr())
    assert complaint in said
    assert "Traceback" not in said
    assert client.asked == []


@pytest.mark.parametrize("cell", ["%%chat", "%%chat\n", "%%chat\n   \n"])
def test_empty_cell(
    shell: Any, client: ScriptedClient, capsys: pytest.CaptureFixture[str], cell: str
) -> None:
    shell.run_cell(cell)
    said = "".join(capsys.readouterr())
    assert "empty" in said
    assert "Traceback" not in said


def test_error_is_plain_lines(
    shell: Any, client: ScriptedClient, capsys: pytest.CaptureFixture[str]
) -> None:
    def script() -> Iterator[Any]:
        raise ServerUnreachable("No server answers.", "Start one.")

    client.script = script
    run(shell, "%%chat\nWhy?")
    assert capsys.readouterr().out == "Error: No server answers.\nStart one.\n"
    assert shell.user_ns["_chat"].text == ""


def test_interrupt(
    shell: Any, client: ScriptedClient, capsys: pytest.CaptureFixture[str]
) -> None:
    def script() -> Iterator[Any]:
        yield from numbered(start(), begin("core"), chunk("Half"))
        raise KeyboardInterrupt

    client.script = script
    run(shell, "%%chat\nWhy?")
    said = "".join(capsys.readouterr())
    assert said.startswith("Half\n\n")
    assert said.endswith("stopped by you\n")
    assert client.cancelled == ["turn1"]
    assert shell.user_ns["_chat"].finish_reason == "cancelled"
    client.script = lambda: iter(answer("Because."))
    run(shell, "%%chat\nWhy?")
    assert shell.user_ns["_chat"].text == "Because."


def of_another_package(line: str, cell: str) -> str:
    return "theirs"


def test_another_chat_magic_is_left_alone(shell: Any) -> None:
    shell.register_magic_function(of_another_package, "cell", "chat")
    with pytest.warns(UserWarning, match="use %%llmchat"):
        register(shell)
    assert run(shell, "%%chat\nx") == "theirs"
    assert shell.find_cell_magic("llmchat") is not None


def test_loading_again_says_nothing(shell: Any) -> None:
    load_ipython_extension(shell)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_ipython_extension(shell)
    assert shell.find_cell_magic("chat") is not None


def test_help(shell: Any, client: ScriptedClient) -> None:
    described = shell.find_cell_magic("chat").__doc__
    for option in ("--session", "--deadline", "--temperature", "--seed"):
        assert option in described


def test_view_suits_the_shell(shell: Any) -> None:
    assert isinstance(view_of(shell), TerminalView)
    shell.kernel = object()
    assert isinstance(view_of(shell), NotebookView)


def test_notebook_output(
    shell: Any, client: ScriptedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    published: list[tuple[dict[str, Any], bool]] = []

    def publish(
        data: dict[str, Any], metadata: object = None, update: bool = False, **_: object
    ) -> None:
        published.append((data, update))

    monkeypatch.setattr(shell.display_pub, "publish", publish)
    monkeypatch.setattr(shell, "kernel", object(), raising=False)
    run(shell, "%%llmchat\nWhy?")
    assert [update for _, update in published[:2]] == [False, True]
    last = published[-1][0]
    assert set(last) == {"text/html", "text/plain"}
    assert last["text/plain"] == "Because."
    assert "<p>Because.</p>" in last["text/html"]


def test_connect_finds_the_server_and_may_say_that_it_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []

    def find(say: Callable[[str], object]) -> Any:
        say("Starting.")
        raise ServerUnreachable("None.")

    monkeypatch.setattr(magics, "find_or_start", find)
    with pytest.raises(ServerUnreachable):
        magics.connect(said.append)
    assert said == ["Starting."]
