"""The notebooks that teach run as they stand, on the whole real path."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import nbformat
import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.model
@pytest.mark.timeout(300)
def test_the_quickstart_answers_in_stages_and_all_of_it_is_stored(
    tmp_path: Path,
) -> None:
    """`make demo`: notebook → server → worker → back, printed as it streams."""
    command = [sys.executable, str(ROOT / "notebooks" / "demo.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    notebook = nbformat.read(tmp_path / "quickstart.ipynb", as_version=4)
    answers = [
        output["data"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output["output_type"] == "display_data"
    ]
    assert len(answers) == 3
    for answer in answers:
        assert len(answer["text/plain"]) > 40
        assert answer["text/plain"].partition("\n\n[")[0] in done.stdout
        assert "<script" not in answer["text/html"]
    assert "In detail" in answers[1]["text/html"]
    assert "quickstart.ipynb" in done.stdout
    assert "make lab" in done.stdout
    with duckdb.connect(str(tmp_path / "data" / "llmchat.duckdb")) as database:
        decided = database.execute(
            "SELECT chosen, options::VARCHAR FROM decisions"
            " WHERE name = 'strategy' ORDER BY seq"
        ).fetchall()
        states = database.execute(
            "SELECT state, tokens > 0, processing_ms > 0 FROM messages"
            " WHERE role = 'assistant'"
        ).fetchall()
    assert len(decided) == 3
    assert decided[1][0] == "analytical"
    assert all("probability" in options for _, options in decided)
    assert states == [("complete", True, True)] * 3
