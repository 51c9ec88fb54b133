from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from jupyter_llmchat.cli.checks.jupyter import (
    check_extension,
    check_server,
    configured,
)
from jupyter_llmchat.errors import ServerUnreachable
from jupyter_llmchat.protocol.resources import ModelStatus, StoreStatus
from tests.cli.fakes import ADDRESS, status


def configure(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "jupyter_server_config.py").write_text(text)


def test_without_configuration_the_defaults_hold() -> None:
    found = configured()
    assert (found.model, found.finding.state) == ("", "ok")
    assert found.store.path is not None and found.store.path.name == "llmchat.duckdb"
    assert found.profiles == found.store.path.parent / "models"


def test_the_settings_are_those_of_the_users_servers(tmp_path: Path) -> None:
    configure(
        tmp_path,
        "c.LLMChatApp.model_path = '/m.gguf'\nc.LLMChatApp.data_dir = '/somewhere'\n",
    )
    found = configured()
    assert (found.model, found.store.path, found.profiles) == (
        "/m.gguf",
        Path("/somewhere/llmchat.duckdb"),
        Path("/somewhere/models"),
    )


@pytest.mark.parametrize(
    "text", ["c.LLMChatApp.n_ctx = 'many'", "raise OSError('lost')", "not Python"]
)
def test_a_bad_configuration_is_a_failure(text: str, tmp_path: Path) -> None:
    configure(tmp_path, text)
    found = configured()
    assert (found.model, found.finding.state) == ("", "fail")
    assert found.finding.action


@pytest.mark.parametrize(
    ("enabled", "state"),
    [
        ({"jupyter_llmchat": True}, "ok"),
        ({"jupyter_llmchat": False}, "fail"),
        ({}, "fail"),
    ],
)
def test_the_extension_must_be_enabled(enabled: dict[str, bool], state: str) -> None:
    finding = check_extension(lambda: enabled)
    assert finding.state == state
    assert ("jupyter server extension enable" in finding.action) == (state == "fail")


def test_the_configuration_of_jupyter_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "first" / "jupyter_server_config.d"
    folder.mkdir(parents=True)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(folder.parent))
    text = {"ServerApp": {"jpserver_extensions": {"jupyter_llmchat": False}}}
    (folder / "jupyter_llmchat.json").write_text(json.dumps(text))
    assert check_extension().message == "The server extension is disabled."


def test_a_server_that_runs() -> None:
    finding = check_server(lambda: ADDRESS, lambda address: status())
    assert finding.message == "http://127.0.0.1:8888/ runs; its model is ready."
    assert finding.state == "ok"


def test_no_server_is_in_order() -> None:
    assert check_server(lambda: None).state == "ok"


def test_a_server_that_does_not_answer_is_a_failure() -> None:
    def find() -> None:
        raise ServerUnreachable("It refuses the token.", "Set LLMCHAT_TOKEN.")

    finding = check_server(find)
    assert (finding.state, finding.message) == ("fail", "It refuses the token.")
    assert finding.action == "Set LLMCHAT_TOKEN."


def test_a_server_without_a_model_or_a_memory_says_why() -> None:
    model = ModelStatus(state="failed", name="", detail="No model is installed.")
    store = StoreStatus(kind="memory", path=None, detail="The disk is full.")
    no_model = msgspec.structs.replace(status(), model=model)
    no_store = msgspec.structs.replace(status(), store=store)
    failed = check_server(lambda: ADDRESS, lambda address: no_model)
    warned = check_server(lambda: ADDRESS, lambda address: no_store)
    assert failed.state == "fail" and "No model is installed." in failed.message
    assert warned.state == "warn" and "The disk is full." in warned.message
