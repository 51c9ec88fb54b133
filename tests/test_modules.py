"""The list of modules is what the modules say of themselves."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIST = runpy.run_path(str(ROOT / "docs" / "list_modules.py"))


def test_the_page_is_up_to_date() -> None:
    written = (ROOT / "docs" / "modules.md").read_text(encoding="utf-8")
    assert written == LIST["page"](), "run: make codegen"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "jupyter_llmchat").rglob("*.py")), ids=lambda path: path.name
)
def test_every_module_says_what_it_is(path: Path) -> None:
    if path.name != "_version.py":
        assert LIST["summary"](path), f"{path} has no docstring"
