"""What a line of %chat shows: lines, tables and code, for a notebook or a terminal.

The HTML stands alone in a saved notebook: no script, no style sheet, no class.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from jupyter_llmchat.characters import visible

from .forms import form_html
from .table import table

_CELL = "padding:0.2em 0.8em 0.2em 0;vertical-align:top;"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One or more sentences."""

    text: str

    @property
    def html(self) -> str:
        return f"<p>{escape(visible(self.text))}</p>"

    @property
    def plain(self) -> str:
        return visible(self.text)


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of short texts; `right` are the headings of columns of numbers."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: Collection[str] = ()

    @property
    def html(self) -> str:
        head = self._row("th", self.headings)
        body = "".join(self._row("td", row) for row in self.rows)
        return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"

    @property
    def plain(self) -> str:
        return table(self.headings, self.rows, right=self.right)

    def _row(self, tag: str, cells: Sequence[str]) -> str:
        shown = (
            f'<{tag} style="{_CELL}text-align:{self._side(heading)}">'
            f"{escape(visible(cell))}</{tag}>"
            for heading, cell in zip(self.headings, cells, strict=True)
        )
        return f"<tr>{''.join(shown)}</tr>"

    def _side(self, heading: str) -> str:
        return "right" if heading in self.right else "left"


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A text of the user's or the model's, with who or what it is from."""

    label: str
    text: str
    is_markdown: bool = True

    @property
    def html(self) -> str:
        body = form_html(self.text, "markdown" if self.is_markdown else "text")
        return f"<p><strong>{escape(visible(self.label))}</strong></p>{body}"

    @property
    def plain(self) -> str:
        return visible(f"{self.label}\n{self.text.strip()}")


Block = Line | Table | Passage


@dataclass(frozen=True)
class Page:
    """Blocks under each other."""

    blocks: tuple[Block, ...]

    def bundle(self) -> dict[str, str]:
        """As `display` takes it."""
        html = "\n".join(each.html for each in self.blocks)
        plain = "\n\n".join(each.plain for each in self.blocks)
        return {"text/html": f"<div>{html}</div>", "text/plain": plain}

    def show(self) -> None:
        from IPython.display import display

        bundle: Any = self.bundle()
        display(bundle, raw=True)  # type: ignore[no-untyped-call]


def lines(*texts: str) -> Page:
    """A page of sentences."""
    return Page(tuple(Line(text=each) for each in texts if each))
