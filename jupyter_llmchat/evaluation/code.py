"""The Python code in an answer, as cells of a notebook."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

PYTHON = frozenset({"python", "py", "python3", "ipython", "pycon"})

_FENCE = re.compile(
    r"^[ \t]*(```+|~~~+)[ \t]*([\w+-]*)[^\n]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)",
    re.M | re.S,
)
"""A block of code; one that the answer's end has cut off counts too."""

_CODE_LINE = re.compile(
    r"""^(?:
        \s+\S.*                                        # inside something
        |(?:def|class|for|while|if|elif|else|try|except|finally|with)\b.*:\s*(?:\#.*)?
        |(?:from\s+[\w.]+\s+)?import\s+[\w.*]+.*
        |@\w.*|\#.*|return\b.*|>>>.*
        |[\w.\[\]'", ]+\s*[-+*/]?=\s*[^=].*            # an assignment
        |[\w.]+\(.*\)\s*(?:\#.*)?                      # a call
        |[)\]}]+
    )$""",
    re.X,
)


def fenced(answer: str) -> tuple[str, ...]:
    """Blocks marked as Python; if there are none, those that are marked as nothing."""
    blocks = [(match[2].lower(), match[3]) for match in _FENCE.finditer(answer)]
    python = [block for language, block in blocks if language in PYTHON]
    return _cells(python or [block for language, block in blocks if not language])


def unfenced(answer: str) -> tuple[str, ...]:
    """Lines that look like code, for a question that asked for some."""
    groups: list[list[str]] = [[]]
    for line in answer.splitlines():
        if _CODE_LINE.match(line):
            groups[-1].append(line)
        elif line.strip():
            groups.append([])
        else:
            groups[-1] += [""] if groups[-1] else []
    texts = ("\n".join(group) for group in groups)
    # A heading or an indented sentence alone is no code.
    return _cells([text for text in texts if re.search(r"^[^#\s].*[(=]", text, re.M)])


def _cells(blocks: Sequence[str]) -> tuple[str, ...]:
    cells = (_plain(textwrap.dedent(block)) for block in blocks)
    return tuple(cell for cell in cells if cell.strip())


def _plain(block: str) -> str:
    """Python only: of a session its input, and no commands of the notebook."""
    lines = block.splitlines()
    if any(line.startswith(">>>") for line in lines):
        lines = [line[4:] for line in lines if line.startswith((">>>", "..."))]
    return "\n".join("" if line.startswith(("%", "!")) else line for line in lines)
