from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from jupyter_llmchat.evaluation.notebooks import notebooks

NOTEBOOKS = notebooks()
MAKE = Path(__file__).parents[2] / "docs" / "make_grounding.py"


def test_both_halves_have_notebooks_with_cells_that_are_python() -> None:
    halves = [each.split for each in NOTEBOOKS.values()]
    assert min(halves.count("development"), halves.count("test")) >= 3
    for notebook in NOTEBOOKS.values():
        assert len(notebook.cells) > 2
        for cell in notebook.cells:
            ast.parse(cell)


def test_what_is_known_is_sentences_about_variables() -> None:
    for notebook in NOTEBOOKS.values():
        names = [each.name for each in notebook.known]
        assert len(names) == len({*names}) > 3
        for known in notebook.known:
            assert known.facts
            for fact in known.facts:
                assert fact == " ".join(fact.split()) and fact.endswith(".")


def test_what_is_expected_is_what_the_cells_compute(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, MAKE, "--check"],
        cwd=tmp_path,
        env={"IPYTHONDIR": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
