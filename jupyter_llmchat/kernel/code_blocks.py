"""The blocks of code in a model's Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


@dataclass(frozen=True, kw_only=True)
class CodeBlock:
    """Code as the model wrote it; nothing has run it."""

    language: str
    """As the model named it; empty if it did not."""
    code: str

    def __str__(self) -> str:
        return self.code


def code_blocks(text: str) -> tuple[CodeBlock, ...]:
    """Every fenced or indented block with code, in order; one may be unfinished."""
    found = (each for each in _parser().parse(text) if each.type in _BLOCKS)
    blocks = (
        CodeBlock(
            language=(each.info.split() or [""])[0], code=each.content.rstrip("\n")
        )
        for each in found
    )
    return tuple(each for each in blocks if each.code.strip())


_BLOCKS = ("fence", "code_block")


@cache
def _parser() -> MarkdownIt:
    """Holds no state between texts."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False})
