"""Writes docs/modules.md: every module of the package with its first sentence."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "jupyter_llmchat"
PAGE = ROOT / "docs" / "modules.md"


def page() -> str:
    """The page as it should be."""
    lines = [
        "# Modules",
        "",
        "One line each. Made by",
        "`make codegen` from the modules' own docstrings.",
    ]
    folders = [PACKAGE, *sorted(each.parent for each in PACKAGE.rglob("__init__.py"))]
    for folder in dict.fromkeys(folders):
        lines += ["", f"## {folder.relative_to(ROOT)}", ""]
        lines += [_line(path) for path in sorted(folder.glob("*.py"))]
    return "\n".join(lines) + "\n"


def _line(path: Path) -> str:
    name = "" if path.name == "__init__.py" else f"`{path.name}` — "
    return f"- {name}{summary(path)}"


def summary(path: Path) -> str:
    """The first paragraph of a module's docstring, on one line."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(docstring.partition("\n\n")[0].split())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
