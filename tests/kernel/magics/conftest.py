from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from jupyter_llmchat.kernel.magics import register, unregister
from tests.kernel.scripted_client import ScriptedClient

from .cells import Screen


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    yield shell
    unregister(shell)
    InteractiveShell.clear_instance()


@pytest.fixture
def client(shell: Any) -> ScriptedClient:
    """Answers the cells of the shell."""
    client = ScriptedClient()
    register(shell, lambda say: client, lambda: None)
    return client


@pytest.fixture
def screen(shell: Any, monkeypatch: pytest.MonkeyPatch) -> Screen:
    """What a notebook would show; the shell takes itself for a kernel's."""
    screen = Screen()
    monkeypatch.setattr(shell.display_pub, "publish", screen.publish)
    monkeypatch.setattr(shell, "kernel", object(), raising=False)
    return screen
