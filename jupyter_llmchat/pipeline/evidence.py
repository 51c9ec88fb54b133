"""What can be found out about an answer without the model, put into words for it."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from typing import Literal

CodeState = Literal["none", "valid", "broken"]

_FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_PYTHON = ("", "python", "py", "python3", "ipython")
_OF_THE_NOTEBOOK = re.compile(
    r"^(?P<indent>[ \t]*)(?:[%!?].*|[\w.]+\?{1,2}[ \t]*)$", re.MULTILINE
)
_LONGEST = 20_000
"""Characters of a block that is looked at: parsing takes memory for each of them."""


def code_state(answer: str) -> CodeState:
    """Whether every Python block of the answer can be parsed. Nothing is run."""
    blocks = [*_python_blocks(answer)]
    if not blocks:
        return "none"
    return "valid" if all(map(_parses, blocks)) else "broken"


def sentence(state: CodeState) -> str:
    """For the model; empty where there is no code."""
    return {
        "none": "",
        "valid": "The code has no syntax error.",
        "broken": "The code has a syntax error.",
    }[state]


def _python_blocks(answer: str) -> Iterator[str]:
    for language, code in _FENCE.findall(answer):
        if language.lower() in _PYTHON and len(code) <= _LONGEST:
            yield code


def _parses(code: str) -> bool:
    # Lines that only IPython understands say nothing against the others.
    plain = _OF_THE_NOTEBOOK.sub(r"\g<indent>pass", code)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
