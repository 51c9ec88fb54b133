from __future__ import annotations

import pytest

from jupyter_llmchat.protocol.ids import ContextKind
from jupyter_llmchat.protocol.requests import ContextPart
from jupyter_llmchat.server import hiding

KEY = "hunter2hunter2"


def part(text: str, kind: ContextKind = "notebook", name: str = "") -> ContextPart:
    return ContextPart(kind=kind, name=name, text=text)


async def hidden(text: str) -> str:
    (found,) = await hiding.without_secrets((part(text),))
    return found.text


@pytest.mark.parametrize("kind", ["selection", "cell", "notebook", "file", "error"])
async def test_secrets_of_every_kind_of_part_are_hidden(kind: ContextKind) -> None:
    (found,) = await hiding.without_secrets((part(f'token = "{KEY}"', kind),))
    assert found == part('token = "…"', kind)


async def test_names_are_read_too() -> None:
    name = "https://joe:hunter2hunter2@example.org/data.csv"
    (found,) = await hiding.without_secrets((part("a", "file", name),))
    assert KEY not in found.name


async def test_secrets_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_TOKEN", "plain but secret")
    assert await hidden("x = 'plain but secret'") == "x = '…'"


@pytest.mark.parametrize(
    "source", ["token", "print(token)\n1 + 1", "a = 1\ndisplay(api_key)\na"]
)
async def test_what_a_cell_shows_of_a_secret(source: str) -> None:
    assert await hidden(f"{source}\nOut: {KEY}\n{KEY}") == f"{source}\nOut: …"


@pytest.mark.parametrize(
    "text", ["a = 1\na\nOut: 1", "token = load()\nlen(rows)\nOut: 12", "1 < 2", ""]
)
async def test_everything_else_stays(text: str) -> None:
    assert await hidden(text) == text


async def test_what_is_long_is_the_same() -> None:
    long = "a = 1\n" * hiding.AT_ONCE_CHARS
    assert await hidden(f'{long}token = "{KEY}"') == f'{long}token = "…"'


async def test_once_hidden_it_stays_as_it_is() -> None:
    once = await hidden(f'token = "{KEY}"\nurl = "postgres://joe:{KEY}@host/db"')
    assert await hidden(once) == once
