"""Tests touch nothing of the user's: every Jupyter folder is a temporary one.

The fixtures of pytest-jupyter are imported where they are used (tests/server):
some of them apply to every test in sight and start a server for each.
"""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_jupyter_folders(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder that Jupyter's own folders lie in for the length of a test."""
    folder = tmp_path_factory.mktemp("jupyter")
    for name in ("CONFIG", "DATA", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{name}_DIR", str(folder / name.lower()))
    for name in ("JUPYTERHUB_USER", "JUPYTER_TOKEN", "JUPYTER_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)
    return folder
