"""The sidebar's sources hold to their types and tests; its bundle is what Lab loads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_llmchat import __version__

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "labextension"
BUNDLE = ROOT / "jupyter_llmchat" / "labextension"
SLOWEST_S = 900
"""A command that takes longer has hung: machines are busy."""
LARGEST = 600_000
"""Bytes of scripts, before compression."""


def node(*command: str) -> str:
    """What a command of Node's says; `make` has put Node beside Python."""
    assert (SOURCES / "node_modules").is_dir(), "run: make test (it fetches them)"
    here = str(Path(sys.executable).parent)
    environment = os.environ | {"PATH": f"{here}:{os.environ['PATH']}", "CI": "1"}
    done = subprocess.run(
        command, cwd=SOURCES, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
    return done.stdout + done.stderr


@pytest.mark.timeout(SLOWEST_S)
def test_the_sources_hold_to_their_types() -> None:
    node("npm", "run", "check")


@pytest.mark.timeout(SLOWEST_S)
def test_the_tests_of_the_sources_pass() -> None:
    assert "passed" in node("npx", "jest")


def test_the_bundle_is_small() -> None:
    scripts = [*(BUNDLE / "static").glob("*.js")]
    assert scripts
    assert sum(each.stat().st_size for each in scripts) <= LARGEST


def test_both_halves_have_one_version() -> None:
    package = json.loads((SOURCES / "package.json").read_text(encoding="utf-8"))
    assert package["version"] == __version__


@pytest.mark.timeout(SLOWEST_S)
def test_jupyterlab_finds_it_and_has_nothing_against_it() -> None:
    listed = subprocess.run(
        [Path(sys.executable).with_name("jupyter"), "labextension", "list"],
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = (
        each
        for each in (listed.stdout + listed.stderr).splitlines()
        if "jupyter-llmchat" in each
    )
    assert "OK" in line
