"""What an import costs, which import-linter cannot see: it is the start-up time."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_llmchat import protocol

HEAVY = {"llama_cpp", "duckdb", "numpy", "ipywidgets", "jupyterlab"}
SERVER = {"tornado", "jupyter_server"}
PROTOCOL = [
    f"jupyter_llmchat.protocol.{each.name}"
    for each in pkgutil.iter_modules(protocol.__path__)
]

LIST = "import json, sys, {}; print(json.dumps([*sys.modules]))"


def loaded(module: str) -> set[str]:
    """Top-level packages that a fresh interpreter holds after the import."""
    done = subprocess.run(
        [sys.executable, "-c", LIST.format(module)],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in json.loads(done.stdout)}


@pytest.mark.parametrize(
    "module",
    [
        "jupyter_llmchat",
        ", ".join(PROTOCOL),
        "jupyter_llmchat.kernel.magics",
        "jupyter_llmchat.kernel.scripting.async_chat",
        "jupyter_llmchat.cli",
    ],
)
def test_clients_load_nothing_heavy(module: str) -> None:
    assert not loaded(module) & (HEAVY | SERVER)


def test_the_extension_loads_nothing_heavy() -> None:
    assert not loaded("jupyter_llmchat.server.app") & HEAVY
