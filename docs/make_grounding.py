"""Runs the notebooks of the evaluation and writes down what the kernel knows of them.

To be run again when the cells in `evaluation/data/notebooks.json` have changed, or what
the kernel tells of variables. Needs what the extra `test` installs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import msgspec
from IPython.core.interactiveshell import InteractiveShell

from jupyter_llmchat import evaluation
from jupyter_llmchat.evaluation.datafile import built_in
from jupyter_llmchat.evaluation.grounding import is_right
from jupyter_llmchat.evaluation.notebooks import FILE, KnownThing, Notebook, notebooks
from jupyter_llmchat.evaluation.rows import GroundingRow
from jupyter_llmchat.kernel.notebook_context import NotebookContext


def known(cells: tuple[str, ...]) -> tuple[KnownThing, ...]:
    """What the kernel knows once these have run; raises what a cell raises."""
    shell = ran(cells)
    context = NotebookContext(shell)
    context.note()
    return tuple(
        KnownThing(name=part.name, facts=tuple(part.text.splitlines()))
        for part in context.parts_between_cells() or ()
        if part.kind == "variables"
    )


def ran(cells: tuple[str, ...]) -> InteractiveShell:
    """A shell of its own in which they have run."""
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    for cell in cells:
        shell.run_cell(cell, store_history=True).raise_error()
    return shell


def wrong(notebook: Notebook) -> Iterator[str]:
    """The questions whose expected answer is not what the notebook's own code says."""
    values = ran(notebook.cells).user_ns
    for row in built_in(GroundingRow):
        if row.notebook == notebook.name and row.expected:
            value = eval(row.value, values)
            if not is_right(row, str(value)):
                yield f"{notebook.name}: {row.question} {value}, not {row.expected}"


def write() -> None:
    made = [
        msgspec.structs.replace(each, known=known(each.cells))
        for each in notebooks().values()
    ]
    file = Path(str(resources.files(evaluation))) / "data" / FILE
    file.write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n")


def main() -> int:
    """With `--check` nothing is written, and what is expected is compared."""
    if sys.argv[1:] != ["--check"]:
        write()
        return 0
    mistakes = [each for notebook in notebooks().values() for each in wrong(notebook)]
    print("\n".join(mistakes))
    return bool(mistakes)


if __name__ == "__main__":
    sys.exit(main())
