"""An answer held to a schema, on the whole real path."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.kernel.magics import register
from tests.server.served import served

from .cells import run

QUICK = ("--LLMChatApp.self_test=False", "--LLMChatApp.calibrate=False")
ONE_THREAD = "--LLMChatApp.n_threads=1"


@dataclass
class City:
    name: str
    is_large: bool


@pytest.mark.model
@pytest.mark.timeout(300)
def test_the_answer_is_what_the_class_describes(shell: Any, tmp_path: Path) -> None:
    options = ("serve", "--", *QUICK, ONE_THREAD)
    with served(tmp_path, *options, module="jupyter_llmchat") as address:
        register(shell, lambda say: ChatClient(address), lambda: None)
        shell.user_ns["City"] = City
        run(shell, "%%chat -q --schema City --to city -n 60 -t 0\nDescribe Paris.")
        found = shell.user_ns["city"]
        assert found.error == ""
        assert {*found.data} == {"name", "is_large"}
        assert isinstance(found.data["is_large"], bool)
        assert {*found.stages} == {"core"}
