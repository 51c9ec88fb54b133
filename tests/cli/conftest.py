from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps the servers, settings and data of whoever runs the tests out of them."""
    for name in ("LLMCHAT_URL", "LLMCHAT_TOKEN", "JUPYTER_CONFIG_PATH"):
        monkeypatch.delenv(name, raising=False)
    for kind in ("RUNTIME", "DATA", "CONFIG"):
        monkeypatch.setenv(f"JUPYTER_{kind}_DIR", str(tmp_path / kind.lower()))
    monkeypatch.setenv("LLMCHAT_DATA_DIR", str(tmp_path / "data" / "llmchat"))
    # Numbers and words are wrapped by the width of the terminal.
    monkeypatch.setenv("COLUMNS", "80")
