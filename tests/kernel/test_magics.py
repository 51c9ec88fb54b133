from __future__ import annotations

import threading
import time
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
from jupyter_llmchat.kernel.magics import register, unregister, view_of
from jupyter_llmchat.kernel.view import NotebookView, TerminalView
from jupyter_llmchat.protocol.requests import AskOptions, Context, ContextPart

from .builders import answer, begin, chunk, numbered, start
from .scripted_client import ScriptedClient

WAIT_S = 10.0


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    yield shell
    unregister(shell)
    shell.run_line_magic("reset", "-f")
    InteractiveShell.clear_instance()


@pytest.fixture
def client(shell: Any) -> ScriptedClient:
    """Answers the cells of the shell."""
    client = ScriptedClient()
    register(shell, lambda say: client, lambda: None)
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


def test_a_fresh_answer(shell: Any, client: ScriptedClient) -> None:
    run(shell, "%%chat --fresh\nWhy?")
    assert client.asked[0].options == AskOptions(fresh=True)


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
    for option in ("--session", "--deadline", "--temperature", "--no-context"):
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


def cell(number: int, text: str) -> ContextPart:
    return ContextPart(kind="notebook", name=f"In [{number}]", text=text)


def run_as_a_cell(shell: Any, source: str) -> None:
    shell.run_cell(source, store_history=True)


def wait_for(condition: Callable[[], object]) -> None:
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def prepared(client: ScriptedClient) -> Context:
    """What was prepared last, once something was."""
    wait_for(lambda: client.prepared)
    return client.prepared[-1][1]


def test_cells_that_have_run_go_along(shell: Any, client: ScriptedClient) -> None:
    for source in ("x = 20", "x + 1", "1 / 0", "%%chat\nWhy?"):
        run_as_a_cell(shell, source)
    context = (cell(1, "x = 20"), cell(2, "x + 1\nOut: 21"), cell(3, "1 / 0"))
    assert client.asked[0].context == context
    run_as_a_cell(shell, "%%chat --no-context\nWhy?")
    assert client.asked[1].context == ()


def test_cells_that_ran_before_we_were_loaded_go_along(shell: Any) -> None:
    run_as_a_cell(shell, "x = 20")
    client = ScriptedClient()
    register(shell, lambda say: client, lambda: None)
    run_as_a_cell(shell, "%%chat\nWhy?")
    assert client.asked[0].context == (cell(1, "x = 20"),)


def test_a_cell_is_prepared_once_there_is_a_server(
    shell: Any, client: ScriptedClient
) -> None:
    run_as_a_cell(shell, "x = 20")
    run_as_a_cell(shell, "%%chat\nWhy?")
    run_as_a_cell(shell, "x")
    assert prepared(client) == (cell(1, "x = 20"), cell(3, "x\nOut: 20"))


def test_a_server_that_runs_is_told_before_anyone_asks(shell: Any) -> None:
    client = ScriptedClient()
    register(shell, lambda say: client, lambda: client)
    run_as_a_cell(shell, "x = 20")
    assert prepared(client) == (cell(1, "x = 20"),)
    assert client.asked == []


def test_registering_again_leaves_one_hook(shell: Any, client: ScriptedClient) -> None:
    hooks = shell.events.callbacks[magics.CELL_HAS_RUN]
    others = len(hooks) - 1
    for _ in range(3):
        register(shell, lambda say: client, lambda: client)
    assert len(hooks) == others + 1
    run_as_a_cell(shell, "x = 20")
    assert prepared(client) == (cell(1, "x = 20"),)


def test_unregistering_takes_everything_back(
    shell: Any, client: ScriptedClient
) -> None:
    run_as_a_cell(shell, "x = 20")
    unregister(shell)
    wait_for(lambda: not [t for t in threading.enumerate() if "llmchat" in t.name])
    assert shell.find_cell_magic("chat") is None
    assert shell.find_cell_magic("llmchat") is None
    assert not shell.events.callbacks[magics.CELL_HAS_RUN]
    unregister(shell)


def test_unregistering_leaves_what_is_not_ours(shell: Any) -> None:
    shell.register_magic_function(of_another_package, "cell", "chat")
    with pytest.warns(UserWarning):
        register(shell)
    unregister(shell)
    assert run(shell, "%%chat\nx") == "theirs"


@pytest.mark.parametrize("trouble", [ValueError("x"), KeyboardInterrupt()])
def test_no_trouble_of_ours_shows_below_a_cell(
    shell: Any,
    client: ScriptedClient,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    trouble: BaseException,
) -> None:
    def fail(self: object) -> None:
        raise trouble

    monkeypatch.setattr(magics.NotebookContext, "parts", fail)
    run_as_a_cell(shell, "x = 20")
    assert capsys.readouterr() == ("", "")
    assert shell.user_ns["x"] == 20
