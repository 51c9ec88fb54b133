from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .scripted_server import ScriptedServer, running


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with running(ScriptedServer()) as running_server:
        yield running_server


@pytest.fixture
def runtime_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty Jupyter runtime folder, and no other way to a server."""
    folder = tmp_path / "runtime"
    folder.mkdir()
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(folder))
    for name in ("LLMCHAT_URL", "LLMCHAT_TOKEN", "JPY_PARENT_PID"):
        monkeypatch.delenv(name, raising=False)
    for name in ("JUPYTERHUB_SERVICE_URL", "JUPYTERHUB_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return folder
