from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from jupyter_llmchat.cli import FAILED, address, main, transfer
from jupyter_llmchat.errors import ServerUnreachable

from .conversations import Conversations, session
from .fakes import ADDRESS

ADA = "ab" * 16
SESSIONS = "sessions"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Conversations:
    server = Conversations(session(ADA, "Counting"))
    monkeypatch.setattr(transfer, "ChatClient", server)
    monkeypatch.setattr(address, "find_server", lambda: ADDRESS)
    return server


class Bytes(io.TextIOWrapper):
    """A standard stream that is no terminal."""

    def __init__(self, content: bytes = b"") -> None:
        super().__init__(io.BytesIO(content), encoding="utf-8")


@pytest.mark.usefixtures("server")
def test_to_stdout_it_goes_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    out = Bytes()
    monkeypatch.setattr("sys.stdout", out)
    assert main([SESSIONS, "export", "ab", "--format", "markdown"]) == 0
    assert out.buffer.getvalue() == f"{ADA} as markdown \x1b[2J\n".encode()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("server")
def test_a_terminal_is_not_steered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main([SESSIONS, "export", "ab"]) == 0
    assert "␛[2J" in capsys.readouterr().out


@pytest.mark.usefixtures("server")
def test_to_a_file_that_only_its_owner_may_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.json"
    path.write_text("old")
    assert main([SESSIONS, "export", "--all", "-o", str(path)]) == 0
    assert path.read_bytes() == b"one\ntwo\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert capsys.readouterr().err == f"Written to {path}.\n"
    assert main([SESSIONS, "export", "ab", "-o", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"file": str(path), "bytes": path.stat().st_size}


def test_a_file_stays_as_it_was_if_the_export_is_cut(
    server: Conversations, tmp_path: Path
) -> None:
    path = tmp_path / "x.json"
    path.write_text("old")
    server.failure = ServerUnreachable("It has gone.", "Ask later.")
    assert main([SESSIONS, "export", "--all", "-o", str(path)]) == FAILED
    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.usefixtures("server")
def test_a_device_is_written_to_and_stays_one() -> None:
    assert main([SESSIONS, "export", "ab", "-o", "/dev/null"]) == 0
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["ab", "--all"],
        ["--all", "--format", "notebook"],
        ["ab", "-o", "/no/such/folder/x"],
        ["ab", "-o", "/"],
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("server")
def test_what_cannot_be_exported(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([SESSIONS, "export", *arguments]) == FAILED
    assert capsys.readouterr().err.startswith("error: ")


def test_files_are_imported(
    server: Conversations, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / "a.json", tmp_path / "b.ipynb"]
    paths[0].write_bytes(b'{"a": 1}\n{"b": 2}\n')
    paths[1].write_bytes(b'{\n "c": 3\n}\n')
    assert main([SESSIONS, "import", *map(str, paths)]) == 0
    assert server.received == [path.read_bytes() for path in paths]
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["ID", "TITLE", "MESSAGES"]
    assert [row.split() for row in rows] == [["00000000", "new", "2"]] * 2


def test_stdin_is_imported(
    server: Conversations,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stdin", Bytes(b'{"a": 1}'))
    assert main([SESSIONS, "import", "-", "--json"]) == 0
    assert server.received == [b'{"a": 1}']
    assert [each["title"] for each in json.loads(capsys.readouterr().out)] == ["new"]


def test_a_long_file_is_sent_in_parts_of_whole_lines(
    server: Conversations,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(transfer, "BATCH_BYTES", 30)
    path = tmp_path / "all.jsonl"
    lines = [b'{"number": %d}\n' % number for number in range(9)]
    path.write_bytes(b"".join(lines))
    assert main([SESSIONS, "import", str(path)]) == 0
    assert server.received == [
        b"".join(lines[place : place + 2]) for place in range(0, 9, 2)
    ]
    assert "all.jsonl" in capsys.readouterr().err


def test_an_error_says_what_was_imported_before(
    server: Conversations, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(b"{}")
    bad.write_bytes(b'{"bad": 1}')
    assert main([SESSIONS, "import", str(good), str(bad)]) == FAILED
    told = capsys.readouterr().err
    assert f"{bad}: Line 2: It does not fit." in told
    assert "Imported before that: 1." in told


@pytest.mark.usefixtures("server")
def test_a_file_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([SESSIONS, "import", "/no/such/file"]) == FAILED
    assert "/no/such/file: The file cannot be read" in capsys.readouterr().err
