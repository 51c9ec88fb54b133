"""A notebook as a person uses it."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Locator, Page, TimeoutError, expect

PYTHON: Final = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python"},
}
WITHOUT_KERNEL: Final = "reading 'kernel'"
"""What ipywidgets says in the console: it looks for the kernel of every notebook."""
OPEN = """async ([path, shouldStart]) => {
  // With a preference that names no kernel, the person is asked for one.
  const options = shouldStart ? { path } : { path, kernelPreference: { shouldStart } };
  await window.jupyterapp.commands.execute('docmanager:open', options);
}"""
IS_WHOLE = """() => {
  // Cells that are out of sight come when the page has nothing else to do.
  const { widgets } = window.jupyterapp.shell.currentWidget?.content ?? {};
  return widgets?.length > 0 && widgets.every(each => each.isAttached);
}"""
SOURCE = """place => {
  const { content } = window.jupyterapp.shell.currentWidget;
  return content.widgets[place].model.sharedModel.getSource();
}"""


def code(source: str, *outputs: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """A cell that has run, if it has outputs."""
    return {
        "cell_type": "code",
        "execution_count": 3 if outputs else None,
        "metadata": metadata,
        "outputs": list(outputs),
        "source": source,
    }


def markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def error(name: str, message: str, lines: int = 1) -> dict[str, Any]:
    """As a kernel sends it, colours and all."""
    traceback = [f"\x1b[0;31m{name}\x1b[0m", *["  in a frame"] * (lines - 1)]
    return {
        "output_type": "error",
        "ename": name,
        "evalue": message,
        "traceback": [*traceback, f"\x1b[0;31m{name}\x1b[0m: {message}"],
    }


def write(path: Path, *cells: dict[str, Any]) -> None:
    with_ids = [each | {"id": f"cell-{number}"} for number, each in enumerate(cells)]
    content = {
        "cells": with_ids,
        "metadata": PYTHON,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(content))


class Notebook:
    """The one that is open in a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator(".jp-NotebookPanel:visible")

    def open(self, path: str, *, start_kernel: bool = False) -> None:
        self.page.evaluate(OPEN, [path, start_kernel])
        self.page.wait_for_function(IS_WHOLE)
        expect(self.cells.first).to_be_visible()

    @property
    def cells(self) -> Locator:
        return self.root.locator(".jp-Notebook .jp-Cell")

    def cell(self, place: int) -> Locator:
        return self.cells.nth(place)

    def edit(self, place: int) -> Locator:
        """Puts the cursor into a cell."""
        self.editor(place).click()
        return self.expect_edited(place)

    def editor(self, place: int) -> Locator:
        return self.cell(place).locator(".cm-content")

    def expect_edited(self, place: int) -> Locator:
        """The next key is meant for this cell's text."""
        editor = self.editor(place)
        expect(editor).to_be_focused()
        return editor

    def source(self, place: int) -> str:
        """What the document says, not what is seen of it."""
        return str(self.page.evaluate(SOURCE, place))

    def expect_source(self, place: int, expected: str) -> None:
        """The document says so, or will soon."""
        says_so = f"([place, expected]) => ({SOURCE})(place) === expected"
        with suppress(TimeoutError):
            self.page.wait_for_function(says_so, arg=[place, expected])
        assert self.source(place) == expected

    def save(self) -> None:
        self.command("docmanager:save")

    def command(self, name: str, **arguments: Any) -> None:
        """Without waiting for its end."""
        self.page.evaluate(
            "([name, args]) => void window.jupyterapp.commands.execute(name, args)",
            [name, arguments],
        )
