from __future__ import annotations

import json
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings

from jupyter_llmchat.transfer.document import SessionDocument
from jupyter_llmchat.transfer.notebook import KEY, to_notebook
from tests.kernel.hostile import HOSTILE

from .builders import answer, full_turn, session, sessions, turn
from .test_containment import check_harmless


def cells_of(document: SessionDocument) -> list[Any]:
    notebook = nbformat.reads(to_notebook(document).decode(), as_version=4)
    nbformat.validate(notebook)
    return list(notebook.cells)


def sources(document: SessionDocument) -> list[tuple[str, str]]:
    return [(each.cell_type, each.source) for each in cells_of(document)]


@settings(deadline=None)
@given(sessions())
def test_it_is_always_valid_and_holds_everything(document: SessionDocument) -> None:
    ids = [each.id for each in cells_of(document)]
    assert len({*ids}) == len(ids)
    metadata = json.loads(to_notebook(document))["metadata"]
    assert metadata[KEY]["title"] == document.title
    assert metadata["language_info"]["name"] == "python"


def test_code_becomes_cells_that_were_not_run() -> None:
    said = (
        "Do:\n\n```python\nx = '<b>'\n```\n\nthen\n\n```bash\nls\n```\n\n```py\ny = 2"
    )
    cells = cells_of(session(turn("a", answer=answer(said))))
    assert [(each.cell_type, each.source) for each in cells][2:-1] == [
        ("markdown", "### Answer"),
        ("markdown", "Do:"),
        ("code", "x = '<b>'"),
        ("markdown", "then\n\n```bash\nls\n```"),
        ("code", "y = 2"),
    ]
    codes = [each for each in cells if each.cell_type == "code"]
    assert all(each.outputs == [] for each in codes)
    assert all(each.execution_count is None for each in codes)


def test_code_inside_a_list_stays_there() -> None:
    said = "1. Do:\n\n   ```python\n   x = 1\n   ```"
    assert ("markdown", said) in sources(session(turn("a", answer=answer(said))))


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_its_text_runs(text: str) -> None:
    document = session(turn("a", text, question=text), title=text[:200])
    for kind, source in sources(document):
        if kind == "markdown":
            check_harmless(source)


def test_only_the_shown_branch_has_cells() -> None:
    turns = (turn("a"), turn("b", question="Old?"), full_turn("c", question="New?"))
    told = "".join(source for _, source in sources(session(*turns, current="c")))
    assert "New?" in told
    assert "Old?" not in told
    assert "2, in the JSON export" in told
