"""Runs a client of somebody else's in its own environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from jupyter_llmchat.kernel.discover import ServerAddress

CLIENTS = Path(__file__).with_name("clients")
VERSIONS = ("v0", "v1")


def run(
    version: str, server: ServerAddress, question: str, waiting: str
) -> dict[str, Any]:
    """What the client has seen; `waiting` is a question to break off."""
    python = Path(sys.prefix) / "a2a" / version / "bin" / "python"
    assert python.exists(), "the A2A clients are not installed: run `make test`"
    script = CLIENTS / f"client_{version}.py"
    done = subprocess.run(
        [python, script, server.url, question, waiting],
        env=os.environ | {"A2A_TOKEN": server.token},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen
