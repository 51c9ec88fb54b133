from __future__ import annotations

import argparse

import pytest

from jupyter_llmchat.cli import address
from jupyter_llmchat.errors import ServerUnreachable
from jupyter_llmchat.kernel.discover import ServerAddress

from .fakes import ADDRESS


def chosen(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    address.add_options(parser)
    return parser.parse_args(arguments)


def test_a_url_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    probed: list[ServerAddress] = []
    monkeypatch.setattr(address, "probe", probed.append)
    options = chosen("--url", "http://host:1/hub", "--token", "t")
    expected = ServerAddress(url="http://host:1/hub/", token="t")
    assert address.running_server(options) == expected
    assert address.any_server(options) == expected
    assert probed == [expected, expected]


def test_the_token_may_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LLMCHAT_TOKEN", "from-environment")
    assert chosen().token == "from-environment"


def test_without_a_url_one_that_runs_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "find_server", lambda: ADDRESS)
    assert address.running_server(chosen()) == ADDRESS


def test_no_server_says_how_to_start_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "find_server", lambda: None)
    with pytest.raises(ServerUnreachable, match="No Jupyter server") as caught:
        address.running_server(chosen())
    assert caught.value.hint == "Start one: jupyter llmchat serve"


def test_a_question_starts_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def start(on_start: object) -> ServerAddress:
        assert callable(on_start)
        on_start("Starting…")
        return ADDRESS

    monkeypatch.setattr(address, "find_or_start", start)
    assert address.any_server(chosen()) == ADDRESS
    assert capsys.readouterr().err == "Starting…\n"


def test_nobody_at_a_url_is_an_error() -> None:
    with pytest.raises(ServerUnreachable):
        address.running_server(chosen("--url", "http://127.0.0.1:9"))
