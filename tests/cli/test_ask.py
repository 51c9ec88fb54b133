from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from jupyter_llmchat.cli import FAILED, INTERRUPTED, OUTPUT_CLOSED, address, ask, main
from jupyter_llmchat.errors import ServerUnreachable
from jupyter_llmchat.protocol.requests import AskOptions, ContextPart

from .fakes import ADDRESS, FakeClient

Capture = pytest.CaptureFixture[str]
Serve = Callable[[FakeClient], FakeClient]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Puts a fake in the server's place."""

    def put(client: FakeClient) -> FakeClient:
        monkeypatch.setattr(ask, "ChatClient", client)
        monkeypatch.setattr(address, "find_or_start", lambda on_start: ADDRESS)
        return client

    return put


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    stdin = SimpleNamespace(buffer=io.BytesIO(data))
    monkeypatch.setattr("sys.stdin", stdin)


def test_a_question_begins_a_conversation(serve: Serve, capsys: Capture) -> None:
    client = serve(FakeClient())
    assert main(["ask", "How do I read a CSV file?"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Use `pandas.read_csv`:\n\n```python")
    assert "To go on: --session new" in err
    assert client.asked == [("new", "How do I read a CSV file?", None)]


def test_a_conversation_goes_on_within_a_time_limit(serve: Serve) -> None:
    client = serve(FakeClient())
    assert main(["ask", "And then?", "--session", "old", "--deadline", "7.5"]) == 0
    assert client.asked == [("old", "And then?", 7.5)]


def test_a_fresh_answer_is_asked_for(serve: Serve) -> None:
    client = serve(FakeClient())
    assert main(["ask", "Why?", "--fresh"]) == main(["ask", "Why?"]) == 0
    assert client.options == [AskOptions(fresh=True), AskOptions()]


def test_json_gives_the_events(serve: Serve, capsys: Capture) -> None:
    serve(FakeClient())
    assert main(["ask", "--json", "Why?"]) == 0
    events = [json.loads(each) for each in capsys.readouterr().out.splitlines()]
    assert (events[0]["type"], events[-1]["type"]) == ("start", "complete")


def test_a_question_from_stdin(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    client = serve(FakeClient())
    feed(monkeypatch, b"What is\n\xff this?")
    assert main(["ask", "-"]) == 0
    assert client.asked[0][1] == "What is\n\ufffd this?"


@pytest.mark.parametrize("question", ["", "  \n"])
def test_an_empty_question_is_refused(
    question: str, serve: Serve, capsys: Capture
) -> None:
    client = serve(FakeClient())
    assert main(["ask", question]) == FAILED
    assert capsys.readouterr().err == (
        "error: The question is empty. Say what you want to know.\n"
    )
    assert not client.asked


def test_an_endless_stdin_is_not_read_to_its_end(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    feed(monkeypatch, b"x" * (ask.STDIN_BYTES + 1))
    assert main(["ask", "-"]) == FAILED
    assert "longer than" in capsys.readouterr().err


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "soon"])
def test_a_time_limit_is_a_positive_number(seconds: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as left:
        main(["ask", "Why?", "--deadline", seconds])
    assert left.value.code == 2
    assert "--deadline" in capsys.readouterr().err


def test_the_error_of_a_turn_is_told_after_its_text(
    serve: Serve, capsys: Capture
) -> None:
    serve(FakeClient("failed"))
    assert main(["ask", "What is a closure?"]) == FAILED
    out, err = capsys.readouterr()
    assert out == "A closure is a function that remembers\n"
    assert err.endswith(
        "error: The model process ended while it was answering. "
        "It is being restarted; ask again.\n"
    )


def test_ctrl_c_stops_the_answer_on_the_server(serve: Serve, capsys: Capture) -> None:
    client = serve(FakeClient(failure=KeyboardInterrupt(), fail_at=5))
    assert main(["ask", "Why?"]) == INTERRUPTED
    assert client.cancelled == ["turn-normal"]
    assert capsys.readouterr().out == "Use `pandas.read_csv`:\n"


def test_a_lost_server_leaves_what_was_said(serve: Serve, capsys: Capture) -> None:
    lost = ServerUnreachable("The connection was lost.", "Ask again.")
    serve(FakeClient(failure=lost, fail_at=5))
    assert main(["ask", "Why?"]) == FAILED
    out, err = capsys.readouterr()
    assert out == "Use `pandas.read_csv`:\n"
    assert err.endswith("error: The connection was lost. Ask again.\n")


def test_a_closed_output_stops_the_answer_too(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.dup2", lambda source, target: None)
    monkeypatch.setattr("sys.stdout.fileno", lambda: 1, raising=False)
    client = serve(FakeClient(failure=BrokenPipeError(), fail_at=5))
    assert main(["ask", "Why?"]) == OUTPUT_CLOSED
    assert client.cancelled == ["turn-normal"]


def test_ctrl_c_before_the_turn_has_begun(serve: Serve) -> None:
    client = serve(FakeClient(failure=KeyboardInterrupt(), fail_at=0))
    assert main(["ask", "Why?"]) == INTERRUPTED
    assert client.cancelled == []


def test_a_server_that_cannot_be_told_to_stop(serve: Serve, capsys: Capture) -> None:
    client = FakeClient(failure=KeyboardInterrupt(), fail_at=5)
    client.cancel_failure = ServerUnreachable("The server is gone.", "Start it.")
    serve(client)
    assert main(["ask", "Why?"]) == INTERRUPTED
    assert "could not be told to stop: The server is gone." in capsys.readouterr().err


def test_a_stopped_answer_is_not_a_whole_one(serve: Serve) -> None:
    serve(FakeClient("cancelled"))
    assert main(["ask", "Why?"]) == 1


def test_no_server_is_one_sentence(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def unreachable(on_start: object) -> None:
        raise ServerUnreachable("It did not start.", "Run doctor.")

    monkeypatch.setattr(address, "find_or_start", unreachable)
    assert main(["ask", "Why?"]) == FAILED
    assert capsys.readouterr().err == "error: It did not start. Run doctor.\n"


def test_files_go_along(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve(FakeClient())
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_bytes(b"\xef\xbb\xbfx = '\xc3\xa9'\r\n")
    Path("b.txt").write_bytes(b"")
    assert main(["ask", "Why?", "--context", "a.py", "--context", "./b.txt"]) == 0
    assert client.context == (
        ContextPart(kind="file", name="a.py", text="x = '\u00e9'\r\n"),
        ContextPart(kind="file", name="./b.txt", text=""),
    )


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "cannot be read: No such file"),
        (b"\x89PNG\r\n\x1a\n\xff", "is not text"),
        (b"x" * (ask.CONTEXT_BYTES + 1), "is too large"),
    ],
    ids=["none", "binary", "large"],
)
def test_a_file_that_cannot_go_along(
    content: bytes | None,
    complaint: str,
    serve: Serve,
    tmp_path: Path,
    capsys: Capture,
) -> None:
    client = serve(FakeClient())
    path = tmp_path / "data"
    if content is not None:
        path.write_bytes(content)
    assert main(["ask", "Why?", "--context", str(path)]) == FAILED
    said = capsys.readouterr().err
    assert said.startswith(f"error: {path} {complaint}")
    assert said.count("\n") == 1
    assert not client.asked


def test_a_folder_is_no_file(serve: Serve, tmp_path: Path, capsys: Capture) -> None:
    serve(FakeClient())
    assert main(["ask", "Why?", "--context", str(tmp_path)]) == FAILED
    assert "Is a directory" in capsys.readouterr().err


def test_files_are_too_large_together(
    serve: Serve, tmp_path: Path, capsys: Capture
) -> None:
    serve(FakeClient())
    paths = [tmp_path / name for name in ("a", "b")]
    for path in paths:
        path.write_bytes(b"x" * (ask.CONTEXT_BYTES // 2 + 1))
    given = [word for path in paths for word in ("--context", str(path))]
    assert main(["ask", "Why?", *given]) == FAILED
    assert f"{paths[1]} is too large" in capsys.readouterr().err
