"""A conversation as a notebook, its Python as code cells; nothing has been run.

Cells show the branch that is shown. The notebook's metadata hold the whole
conversation, and that is what an import reads: changed cells make no difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from jupyter_llmchat.characters import visible

from . import telling
from .containment import contained, parse
from .document import SessionDocument, TurnDocument, path

KEY: Final = "jupyter_llmchat"
"""In the notebook's metadata."""

_PYTHON = frozenset({"python", "py", "python3", "ipython"})
_KERNEL: Final = {
    "kernelspec": {
        "name": "python3",
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
    },
    "language_info": {"name": "python"},
}

Json = dict[str, Any]


def to_notebook(session: SessionDocument) -> bytes:
    """JSON in nbformat 4.5."""
    cells = [
        {**cell, "id": f"cell-{number}"} for number, cell in enumerate(_cells(session))
    ]
    whole = {
        "cells": cells,
        "metadata": {**_KERNEL, KEY: session},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=1)


def _cells(session: SessionDocument) -> Iterator[Json]:
    yield _text(f"# {telling.title(session)}\n\n{telling.about(session)}")
    for number, turn in enumerate(path(session), start=1):
        yield from _turn(turn, number)


def _turn(turn: TurnDocument, number: int) -> Iterator[Json]:
    asked = [f"## {telling.heading(turn, number)}", telling.question(turn)]
    yield _text("\n\n".join(each for each in asked if each))
    for stage in turn.answer.stages:
        if stage.text.strip():
            yield _text(f"### {telling.LABELS[stage.stage]}")
            yield from _answer(visible(stage.text))
    yield _text(telling.figures(turn))


def _answer(text: str) -> Iterator[Json]:
    """Text and code by turns. Code inside a list or a quotation stays in the text."""
    lines, at = text.split("\n"), 0
    for token in parse(text):
        language = token.info.split()[:1]
        is_python = bool(language) and language[0].lower() in _PYTHON
        if token.type == "fence" and not token.level and token.map and is_python:
            yield from _texts("\n".join(lines[at : token.map[0]]))
            yield _code(token.content.rstrip("\n"))
            at = token.map[1]
    yield from _texts("\n".join(lines[at:]))


def _texts(text: str) -> Iterator[Json]:
    if text.strip():
        yield _text(contained(text))


def _text(source: str) -> Json:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _code(source: str) -> Json:
    return {
        "cell_type": "code",
        "metadata": {},
        "source": source,
        "execution_count": None,
        "outputs": [],
    }
