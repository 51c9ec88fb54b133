"""Jupyter: our settings in it, our extension, and a server that runs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_llmchat.config import EngineConfig, StoreConfig, data_dir
from jupyter_llmchat.errors import LLMChatError
from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.kernel.discover import ServerAddress, find_server
from jupyter_llmchat.protocol.resources import Status
from jupyter_llmchat.server.settings import TierSettings

from .finding import Finding, fail, ok, warn

EXTENSION = "jupyter_llmchat"
DATABASE = "llmchat.duckdb"
PROFILES = "models"
ENGINE = "engine"

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Configured:
    """What a server would be told by the user's configuration files."""

    model: str
    """A path; "" is the embedded model."""
    store: StoreConfig
    profiles: Path | None
    """Folder of what has been found out about models."""
    engine_dir: Path | None = None
    """Folder of what the engine has measured."""
    gpu_layers: int = -1
    engine: EngineConfig = field(default_factory=lambda: EngineConfig(model_path=""))
    tiers: TierSettings = field(default_factory=TierSettings)
    """Empty with one model."""
    finding: Finding
    """How reading went; if it failed, the rest are the defaults."""


def configured() -> Configured:
    """Reads what Jupyter servers read when they start."""
    from jupyter_server.serverapp import ServerApp

    from jupyter_llmchat.server.app import LLMChatApp

    try:
        server = ServerApp(raise_config_file_errors=True)
        server.load_config_file()
        extension = LLMChatApp(config=server.config, raise_config_file_errors=True)
        extension.load_config_file()
        settings = extension.server_settings()
    except Exception as error:  # noqa: BLE001 configuration files are programs
        _LOG.debug("the configuration cannot be read", exc_info=True)
        return Configured(
            model="",
            store=StoreConfig(path=data_dir() / DATABASE),
            profiles=data_dir() / PROFILES,
            engine_dir=data_dir() / ENGINE,
            finding=fail(
                f"Jupyter's configuration cannot be read: {error}.",
                "Correct the file; `jupyter --paths` lists the config folders.",
            ),
        )
    return Configured(
        model=settings.engine.model_path,
        store=settings.store,
        profiles=settings.profiles,
        engine_dir=_folder(settings.engine.engine_dir),
        gpu_layers=settings.engine.n_gpu_layers,
        engine=settings.engine,
        tiers=settings.tiers,
        finding=ok("Jupyter's configuration can be read."),
    )


def _folder(setting: str) -> Path | None:
    return Path(setting) if setting else None


def check_extension(read: Callable[[], dict[str, bool]] | None = None) -> Finding:
    """Whether Jupyter servers load the extension."""
    enabled = (read or _extensions)().get(EXTENSION)
    if enabled:
        return ok("Jupyter servers load the extension.")
    said = "is not registered" if enabled is None else "is disabled"
    return fail(
        f"The server extension {said}.",
        f"Run: jupyter server extension enable {EXTENSION}",
    )


def check_server(
    find: Callable[[], ServerAddress | None] = find_server,
    ask: Callable[[ServerAddress], Status] | None = None,
) -> Finding:
    """Whether one runs and what it says about its model and its store."""
    try:
        address = find()
        if address is None:
            return ok("No server is running; one is started with the first question.")
        status = (ask or _status)(address)
    except LLMChatError as error:
        return fail(error.message, error.hint)
    if status.model.state == "failed":
        return fail(
            f"The server at {address.url} has no model: {status.model.detail}",
            "Correct that, then ask again or restart the server.",
        )
    if status.store.kind == "memory":
        return warn(
            f"The server at {address.url} forgets: {status.store.detail}",
            "Correct that, then restart the server.",
        )
    return ok(f"{address.url} runs; its model is {status.model.state}.")


def _status(address: ServerAddress) -> Status:
    with ChatClient(address) as client:
        return client.status()


def _extensions() -> dict[str, bool]:
    from jupyter_core.paths import jupyter_config_path
    from jupyter_server.extension.config import ExtensionConfigManager

    manager: Any = ExtensionConfigManager(read_config_path=jupyter_config_path())
    found: dict[str, bool] = manager.get_jpserver_extensions()
    return found
