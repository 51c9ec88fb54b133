from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from jupyter_llmchat import load_ipython_extension
from jupyter_llmchat.errors import ServerUnreachable
from jupyter_llmchat.kernel import headless
from jupyter_llmchat.kernel.magics import register, registration, unregister
from tests.kernel.scripted_client import ScriptedClient

from .cells import cells_of, run, run_as_a_cell, wait_for


def of_another_package(line: str, cell: str = "") -> str:
    return "theirs"


def test_another_cell_magic_is_left_alone(shell: Any) -> None:
    shell.register_magic_function(of_another_package, "cell", "chat")
    with pytest.warns(UserWarning, match="use %%llmchat"):
        register(shell)
    assert run(shell, "%%chat\nx") == "theirs"
    assert shell.find_cell_magic("llmchat") is not None
    assert shell.find_line_magic("chat") is not None


def test_another_line_magic_is_left_alone(shell: Any) -> None:
    shell.register_magic_function(of_another_package, "line", "chat")
    with pytest.warns(UserWarning, match="use %llmchat"):
        register(shell)
    assert run(shell, "%chat x") == "theirs"
    assert shell.find_cell_magic("chat") is not None


def test_loading_again_says_nothing(shell: Any) -> None:
    load_ipython_extension(shell)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_ipython_extension(shell)
    assert shell.find_cell_magic("chat") is not None


def test_connect_finds_the_server_and_may_say_that_it_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []

    def find(say: Callable[[str], object]) -> Any:
        say("Starting.")
        raise ServerUnreachable("None.")

    monkeypatch.setattr(headless, "find_or_start", find)
    with pytest.raises(ServerUnreachable):
        registration.connect(said.append)
    assert said == ["Starting."]


def hooks(shell: Any) -> list[Any]:
    events = (registration.CELL_BEGINS, registration.CELL_HAS_RUN)
    return [hook for event in events for hook in shell.events.callbacks[event]]


def test_registering_again_leaves_one_hook(shell: Any) -> None:
    client = ScriptedClient()
    register(shell, lambda say: client, lambda: client)
    count = len(hooks(shell))
    transformers = [*shell.input_transformer_manager.token_transformers]
    for _ in range(3):
        register(shell, lambda say: client, lambda: client)
    assert len(hooks(shell)) == count
    known = shell.input_transformer_manager.token_transformers
    assert len(known) == len(transformers)
    assert len(shell.Completer.custom_matchers) == 1
    run_as_a_cell(shell, "x = 20")
    wait_for(lambda: client.prepared)
    assert cells_of(client.prepared[-1][1]) == ["x = 20"]


def test_unregistering_takes_everything_back(
    shell: Any, client: ScriptedClient
) -> None:
    run_as_a_cell(shell, "x = 20")
    unregister(shell)
    wait_for(lambda: not [t for t in threading.enumerate() if "llmchat" in t.name])
    for name in ("chat", "llmchat"):
        assert shell.find_cell_magic(name) is None
        assert shell.find_line_magic(name) is None
    assert not shell.events.callbacks[registration.CELL_HAS_RUN]
    assert not shell.Completer.custom_matchers
    names = [
        each.__name__ for each in shell.input_transformer_manager.token_transformers
    ]
    assert "ChatLine" not in names
    unregister(shell)


def test_unregistering_leaves_what_is_not_ours(shell: Any) -> None:
    shell.register_magic_function(of_another_package, "cell", "chat")
    with pytest.warns(UserWarning):
        register(shell)
    unregister(shell)
    assert run(shell, "%%chat\nx") == "theirs"
