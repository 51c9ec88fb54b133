from __future__ import annotations

from types import SimpleNamespace

import pytest

from jupyter_llmchat.kernel.references import (
    INLINE_CHARS,
    PART_CHARS,
    Sources,
    referenced,
)
from jupyter_llmchat.protocol.requests import ContextPart

ERROR = ContextPart(kind="error", name="in In [2]", text="ZeroDivisionError")
HISTORY = SimpleNamespace(
    input_hist_raw=["", "x = 1", "def f():\n    return 1", "token = 'abc'"],
    output_hist={1: 1, 2: [1, 2], 3: object(), 4: "y"},
    output_hist_reprs={2: "[1,\n 2]", 4: "y" * (PART_CHARS + 1)},
)


def sources(error: ContextPart | None = ERROR) -> Sources:
    return Sources(
        history=HISTORY,
        error=lambda: error,
        redact=lambda text: text.replace("'abc'", "…"),
    )


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("`Out[1]`?", "`1`?"),
        ("`Out [1]`?", "`1`?"),
        ("`In[1]`?", "`x = 1`?"),
        ("`In[3]`?", "`token = …`?"),
    ],
)
def test_what_is_short_stands_in_the_question(typed: str, sent: str) -> None:
    found = referenced(typed, sources())
    assert (found.text, found.parts, found.remarks) == (sent, (), ())


def test_what_is_longer_goes_beside_it() -> None:
    found = referenced("`Out[2]` `In[2]` `Err` `Out[2]`", sources())
    assert found.text == "`Out[2]` `In[2]` `Err` `Out[2]`"
    assert [(each.kind, each.name, each.text) for each in found.parts] == [
        ("cell", "Out[2]", "[1,\n 2]"),
        ("cell", "In[2]", "def f():\n    return 1"),
        ("error", "in In [2]", "ZeroDivisionError"),
    ]


def test_a_long_result_is_cut() -> None:
    (part,) = referenced("`Out[4]`", sources()).parts
    assert part.text == "y" * PART_CHARS + "\n…"
    assert len(part.text) > INLINE_CHARS


@pytest.mark.parametrize(
    "typed", ["`Out[9]`", "`In[99]`", "`Out[3]`", "`Err`", "`In[0]`"]
)
def test_what_there_is_not_is_told(typed: str) -> None:
    found = referenced(typed, sources(error=None))
    assert (found.text, found.parts) == (typed, ())
    assert len(found.remarks) == 1


@pytest.mark.parametrize(
    "typed",
    ["Out[1]", "``Out[1]``", "`Out[1] + 1`", "`Out[x]`", "`err`", "`Out[1]", "`"],
)
def test_everything_else_stays(typed: str) -> None:
    found = referenced(typed, sources())
    assert (found.text, found.parts, found.remarks) == (typed, (), ())
