"""The code of an answer, to be copied or put into a cell; never run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets as widgets

from jupyter_llmchat.kernel.code_blocks import CodeBlock
from jupyter_llmchat.kernel.render import line_html

from .look import Look, Widget

PutIntoCell = Callable[[str], bool]
"""Makes a cell of code below the one that runs; False if none runs."""

ROWS = 14
"""Longer code is scrolled."""

ADDED = "The code comes below the cell that is running, when that has ended."
NOT_ADDED = (
    "No cell is running that it could come below. Click into the code, select all "
    "and copy it; or run `panel.next_cell()` in a cell."
)


class CodeView:
    """Blocks of code in fields of their own, once they are asked for."""

    def __init__(self, look: Look, into_cell: PutIntoCell) -> None:
        self._look = look
        self._into_cell = into_cell
        self.widget = look.column(name="llmchat-code")

    def toggle(self, blocks: Sequence[CodeBlock]) -> None:
        shown = () if self.widget.children else map(self._block, blocks)
        self._look.fill(self.widget, *shown)

    def _block(self, block: CodeBlock) -> Widget:
        field = self._look.own(
            widgets.Textarea(
                block.code,
                rows=min(block.code.count("\n") + 1, ROWS),
                tooltip="Code of the answer: select all and copy",
                continuous_update=False,
                layout=self._look.full,
            )
        )
        told = self._look.html()

        def put() -> None:
            told.value = line_html(ADDED if self._into_cell(block.code) else NOT_ADDED)

        to_cell = self._look.button(
            "Into a new cell", "Put this code into a new cell; it is not run", put
        )
        return self._look.column(field, self._look.line(to_cell, told))
