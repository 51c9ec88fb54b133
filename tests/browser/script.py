"""What the scripted model answers: it stands in the question.

- `say:<text>` says exactly this text, as one stage; `file:<path>` what a file contains.
- Before that, or anywhere in any other question: `pace=<ms>` between two pieces of text
  (5), `piece=<n>` characters in each (6), `before=<ms>` until the first (0),
  `hold=<n>` pauses after n pieces until the lab's gate is opened.
- Words choose what is said instead of the usual four stages: `code20` twenty blocks of
  code, `long` some 2,000 words, `short` one sentence.
- Words choose how it ends: `deadline`, `length`, `failing` (with an error), and
  `leftout` tells that context was left out.
- `slow` is `pace=150`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

ANALYSIS = "The question asks for a **plan**. It mentions `pandas`.\n\n- one\n- two\n"
CORE = r"""The mean is defined by

$$\bar{x} = \frac{1}{n}\sum_{i=1}^{n} x_i$$

and inline \(a < b\) as well as $c > d$.

```python
import pandas as pd

def mean(values: list[float]) -> float:
    # the mean of the values
    return sum(values) / len(values) if values else 0.0
```

| a | b |
|---|---|
| 1 | 2 < 3 |

1. first

2. second
"""
DETAIL = "In detail: " + "words and more words about it. " * 30
CONCLUSION = "In short: use **mean**."
LONG = "\n\n".join(
    f"Paragraph {number}. " + "Something is said about it here. " * 12
    for number in range(28)
)
CODE = "\n\n".join(
    f"Text {number} about the code.\n\n```python\n"
    + "\n".join(
        f"def f_{number}_{line}(x: int) -> str:\n    return str(x + {line})  # text"
        for line in range(6)
    )
    + "\n```"
    for number in range(20)
)

STAGED = (
    ("analysis", ANALYSIS),
    ("core", CORE),
    ("detail", DETAIL),
    ("conclusion", CONCLUSION),
)


@dataclass(frozen=True, kw_only=True)
class Play:
    """One answer."""

    stages: tuple[tuple[str, str], ...] = STAGED
    pace_s: float = 0.005
    piece: int = 6
    before_s: float = 0.0
    holds: int = 0
    """Pieces after which it waits for the gate; 0 for none."""
    finish_reason: str = "stop"
    error: tuple[str, str, str] | None = None
    notice: tuple[str, str] | None = None


def play(question: str) -> Play:
    """What is answered to a question."""
    head, text = _spoken(question)
    made = _paced(Play(), head)
    if text is not None:
        return replace(made, stages=(("core", text),))
    words = {*re.findall(r"[a-z]+[0-9]*", head.lower())}
    return _ended(_said(made, words), words)


def _spoken(question: str) -> tuple[str, str | None]:
    """How it is said, and what, if that is given."""
    found = re.search(r"(?:^|\s)(say|file):", question)
    if found is None:
        return question, None
    head, rest = question[: found.start()], question[found.end() :]
    return head, rest if found[1] == "say" else Path(rest.strip()).read_text()


def _paced(made: Play, head: str) -> Play:
    given = {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", head)}
    slow = 150 if re.search(r"\bslow\b", head) else 5
    return replace(
        made,
        pace_s=given.get("pace", slow) / 1000,
        piece=max(1, given.get("piece", made.piece)),
        before_s=given.get("before", 0) / 1000,
        holds=given.get("hold", 0),
    )


def _said(made: Play, words: set[str]) -> Play:
    texts = {"code20": CODE, "long": LONG, "short": "It is forty-two."}
    for word, text in texts.items():
        if word in words:
            return replace(made, stages=(("core", text),))
    return made


def _ended(made: Play, words: set[str]) -> Play:
    if "leftout" in words:
        left = ("context_left_out", "The notebook was left out: it does not fit.")
        made = replace(made, notice=left)
    if "failing" in words:
        error = (
            "generation_failed",
            "The model could not go on.",
            "Ask again.",
        )
        return replace(made, error=error)
    for reason in ("deadline", "length"):
        if reason in words:
            return replace(made, finish_reason=reason)
    return made
