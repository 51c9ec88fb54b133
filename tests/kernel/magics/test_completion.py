from __future__ import annotations

from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter

from jupyter_llmchat.kernel.magics.completion import Known, completed
from jupyter_llmchat.kernel.magics.options import OPTIONS
from jupyter_llmchat.kernel.magics.subcommands import NAMES
from tests.kernel.builders import session
from tests.kernel.scripted_client import ScriptedClient

from .cells import run

KNOWN = Known(
    sessions=lambda: ("tea", "green tea", 'a "quoted" one'),
    tiers=lambda: ("fast", "complex"),
    variables=lambda: ("sales", "margin"),
)


@pytest.mark.parametrize(
    ("before", "fragment", "texts"),
    [
        ("%chat se", "se", ["sessions"]),
        ("    %chat de", "de", ["decisions"]),
        ("%llmchat de", "de", ["decisions"]),
        ("%chat --ra", "--ra", ["--raw"]),
        ("%%chat --dead", "--dead", ["--deadline"]),
        ("%%chat -t 0 --str", "--str", ["--strategy"]),
        ("%%chat --strategy a", "a", ["analytical"]),
        ("%%chat --format ", "", ["markdown", "text", "code", "json"]),
        ("%%chat -s gr", "gr", ['"green tea"']),
        ('%%chat -s "gr', '"gr', ['"green tea"']),
        ("%%chat -s a", "a", ["'a \"quoted\" one'"]),
        ("%chat use T", "T", ["tea"]),
        ("%chat --tier ", "", ["fast", "complex"]),
        ("%%chat -m c", "c", ["complex"]),
        ("%chat context ", "", ["show", "on", "off"]),
        ("%chat explain m", "m", ["margin"]),
        ("%chat -t 0 explain m", "m", ["margin"]),
        ("%chat export --f", "--f", ["--format", "--force"]),
        ("%chat export x.md --format n", "n", ["notebook"]),
        ("%%chat --to s", "s", ["sales"]),
    ],
)
def test_what_can_stand_there(before: str, fragment: str, texts: list[str]) -> None:
    found = completed(before, KNOWN)
    assert found is not None
    assert (found.fragment, [*found.texts]) == (fragment, texts)


def test_everything_is_offered_where_nothing_is_typed_yet() -> None:
    found = completed("%chat ", KNOWN)
    assert found is not None
    assert found.texts == NAMES
    options = completed("%%chat --", KNOWN)
    assert options is not None
    assert options.texts == tuple(each.names[0] for each in OPTIONS)
    short = completed("%%chat -", KNOWN)
    assert short is not None
    assert {"-s", "-d", "--raw"} <= {*short.texts}


@pytest.mark.parametrize(
    "before",
    [
        "%chat",
        "%chatty se",
        "%chat zzz",
        "x = '%chat se",
        "%%chat Why se",
        "%chat what is se",
        "%chat -- se",
        "%chat -- --ra",
        "%chat 'se no",
        "%chat export fi",
        "%%chat --seed ",
    ],
)
def test_elsewhere_nothing_is(before: str) -> None:
    assert completed(before, KNOWN) is None


def names(shell: Any, line: str) -> list[str]:
    """What Tab offers at the end of a line."""
    with provisionalcompleter():
        return [each.text for each in shell.Completer.completions(line, len(line))]


def test_the_shell_completes(shell: Any, client: ScriptedClient) -> None:
    assert names(shell, "%chat dec") == ["decisions"]
    assert names(shell, "%%chat --ses") == ["--session"]
    assert names(shell, "%chat --tier co") == ["complex"]
    client.stored = (session("s9", "green tea"), session("s8", ""))
    run(shell, "%chat Why?")
    assert names(shell, "%chat use g") == ['"green tea"']
    assert names(shell, "%chat use s8") == ["s8"]


def test_a_server_that_fails_is_no_trouble(shell: Any) -> None:
    from jupyter_llmchat.errors import ServerUnreachable
    from jupyter_llmchat.kernel.magics import register

    def connect(say: object) -> Any:
        raise ServerUnreachable("No server answers.", "Start one.")

    def find() -> Any:
        raise ServerUnreachable("No server answers.", "Start one.")

    register(shell, connect, find)
    assert names(shell, "%chat use zq") == []
    assert names(shell, "%chat --tier f") == ["fast"]
