"""A real Jupyter server with the extension loaded, on the test's own event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp
from pytest_jupyter.jupyter_server import *  # noqa: F403

from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.server.app import LLMChatApp
from jupyter_llmchat.server.services import Services
from jupyter_llmchat.server.settings import ServerSettings

from .builders import Api, HostedFake, Script, running, settings


@pytest.fixture
def script() -> Script:
    """What the pipeline says in this test."""
    return Script()


@pytest.fixture
def with_model_file(tmp_path: Path) -> ServerSettings:
    """For services whose answers can be given again: their model is a file."""
    path = tmp_path / "model.gguf"
    path.write_bytes(b"weights")
    engine = EngineConfig(model_path=str(path))
    return replace(settings(tmp_path / "chat.duckdb"), engine=engine)


@pytest.fixture
async def services(tmp_path: Path, script: Script) -> AsyncIterator[Services]:
    """Services without a server, on a real database."""
    async with running(settings(tmp_path / "chat.duckdb"), script) as started:
        yield started


@pytest.fixture
async def jp_asyncio_loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


@pytest.fixture
def jp_server_cleanup() -> None:
    """Applies to every test; the server is cleaned up where it is started."""


@pytest.fixture
def strict() -> bool:
    """Whether Jupyter itself refuses whom a route does not; a test can override it."""
    return True


@pytest.fixture
def jp_server_config(tmp_path: Path, strict: bool) -> dict[str, Any]:
    return {
        "ServerApp": {
            # Terminals have a route that the strict mode below warns of.
            "jpserver_extensions": {
                "jupyter_llmchat": True,
                "jupyter_server_terminals": False,
            },
            "allow_unauthenticated_access": not strict,
            "reraise_server_extension_failures": True,
        },
        "LLMChatApp": {"data_dir": str(tmp_path / "llmchat")},
    }


@pytest.fixture
def with_fakes(monkeypatch: pytest.MonkeyPatch, script: Script) -> None:
    """The extension gets a fake model and a scripted pipeline."""

    def new_services(app: LLMChatApp) -> Services:
        return Services(
            app.server_settings(),
            HostedFake(),
            answer=script,
            beat=app._beat,
            log=app.log,
        )

    monkeypatch.setattr(LLMChatApp, "new_services", new_services)


@pytest.fixture
async def jp_serverapp(
    with_fakes: None,
    jp_server_config: dict[str, Any],
    jp_configurable_serverapp: Callable[..., ServerApp],
) -> AsyncIterator[ServerApp]:
    app = jp_configurable_serverapp(config=jp_server_config)
    await app.extension_manager.start_all_extensions()
    yield app
    await app._cleanup()
    app.kernel_manager.context.destroy()
    ServerApp.clear_instance()


@pytest.fixture
def extension(jp_serverapp: ServerApp) -> LLMChatApp:
    (app,) = jp_serverapp.extension_manager.extension_apps["jupyter_llmchat"]
    return app


@pytest.fixture
def api(jp_fetch: Any) -> Api:
    return Api(jp_fetch)
