from __future__ import annotations

import io
import json

import pytest

from jupyter_llmchat.cli import FAILED, address, main, sessions
from jupyter_llmchat.protocol.search import SearchHit

from .conversations import NOON, Conversations, message, session
from .fakes import ADDRESS

ADA, BOB = "ab" * 16, "cd" * 16


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Conversations:
    server = Conversations(session(ADA, "Counting"), session(BOB, "漢字\x1b[2J", 12))
    monkeypatch.setattr(sessions, "ChatClient", server)
    monkeypatch.setattr(address, "find_server", lambda: ADDRESS)
    monkeypatch.setenv("TZ", "UTC")
    return server


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("command", [["sessions"], ["sessions", "list"]])
@pytest.mark.usefixtures("server")
def test_they_are_listed(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 0
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == ["ID", "TITLE", "MESSAGES", "LAST", "USED"]
    assert first.startswith("abababab  Counting ")
    assert second.startswith("cdcdcdcd  漢字␛[2J ")
    assert first.split()[2] == "2"
    assert "\x1b" not in second


@pytest.mark.parametrize(
    "command", [["sessions", "--json"], ["sessions", "--json", "list"]]
)
@pytest.mark.usefixtures("server")
def test_they_are_listed_for_programs(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 0
    assert [each["id"] for each in json.loads(capsys.readouterr().out)] == [ADA, BOB]


def test_none_is_no_error(
    server: Conversations, capsys: pytest.CaptureFixture[str]
) -> None:
    server.kept = []
    assert main(["sessions"]) == 0
    assert capsys.readouterr() == ("", "There are no conversations yet.\n")


def test_a_conversation_is_shown(
    server: Conversations, capsys: pytest.CaptureFixture[str]
) -> None:
    server.said.append(message("assistant", "Half\x1b[2J", "cancelled"))
    assert main(["sessions", "show", "ab"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"Counting ({ADA})\n\n[You, 20")
    assert "Why?\n\n[tiny, 20" in out
    assert "Because.\n\n[tiny, cancelled, 20" in out
    assert out.endswith("Half␛[2J\n")
    assert main(["sessions", "show", "ab", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["session"]["id"] == ADA
    assert [each["text"] for each in told["messages"]][:2] == ["Why?", "Because."]


@pytest.mark.usefixtures("server")
def test_one_gets_another_title(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sessions", "rename", "ab", "New title"]) == 0
    assert capsys.readouterr().err == "abababab is now called New title.\n"
    assert main(["sessions", "rename", "ab", "New title", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "New title"


@pytest.mark.parametrize(("answer", "deleted"), [("y", [ADA]), ("n", []), ("", [])])
def test_before_one_is_deleted_it_is_asked(
    server: Conversations,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: str,
    deleted: list[str],
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(f"{answer}\n"))
    assert main(["sessions", "delete", "ab"]) == (0 if deleted else 1)
    assert server.deleted == deleted
    asked = "Delete abababab, Counting, 2 messages? [y/N] "
    assert capsys.readouterr().err.startswith(asked)


def test_where_nobody_can_be_asked_nothing_is_deleted(
    server: Conversations,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert main(["sessions", "delete", "ab"]) == FAILED
    assert "Add --yes." in capsys.readouterr().err
    assert server.deleted == []
    assert main(["sessions", "delete", "ab", "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"deleted": ADA}
    assert server.deleted == [ADA]


def test_what_is_found_is_marked(
    server: Conversations, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sessions", "search", "len"]) == 1
    assert capsys.readouterr() == ("", "Nothing was found.\n")
    hit = SearchHit(
        message_id="m",
        turn_id="t",
        session_id=ADA,
        session_title="Counting",
        role="user",
        created=NOON,
        is_current=True,
        score=1.0,
        snippet="what len()\x1b does, len",
        ranges=((5, 8), (18, 21)),
    )
    server.found = (hit,)
    assert main(["sessions", "search", "what", "len"]) == 0
    where, what = capsys.readouterr().out.splitlines()
    assert where.startswith("abababab  Counting  20")
    assert what == "    what [len]()␛ does, [len]"
    assert main(["sessions", "search", "len", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["hits"][0]["session_id"] == ADA


@pytest.mark.usefixtures("server")
def test_one_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sessions", "show", "zz"]) == FAILED
    assert capsys.readouterr() == (
        "",
        "error: There is no conversation zz. `jupyter llmchat sessions` lists them.\n",
    )
