from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_llmchat.pipeline.ending import Ending


def stopped(text: str, size: int = 3) -> str:
    """The text as far as it is kept when it has to end, read in pieces."""
    ending, kept = Ending(), ""
    for start in range(0, len(text), size):
        piece = text[start : start + size]
        if (cut := ending.cut(piece)) is not None:
            return kept + piece[:cut]
        kept += piece
    return kept


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("It is so. And more", "It is so."),
        ("Is it? Yes", "Is it?"),
        ('He said "no." Then', 'He said "no."'),
        ("no end in sight", "no end in sight"),
        ("a line\nanother", "a line\n"),
        (
            "```python\nprint(1)\n# done. yes\n```\nMore",
            "```python\nprint(1)\n# done. yes\n```\n",
        ),
        ("~~~\na. b\n```\nc. d\n~~~\nMore", "~~~\na. b\n```\nc. d\n~~~\n"),
    ],
)
def test_it_ends_after_a_sentence_outside_of_code(
    text: str, kept: str, size: int
) -> None:
    found = stopped(text, size)
    # Before the rest of a quotation is there, its sentence may count as ended.
    assert found == kept or (kept.startswith(found) and found.endswith(('."', ".")))


def test_what_was_read_before_counts_for_where_code_is() -> None:
    ending = Ending()
    ending.read("```python\nx = 1\n")
    assert ending.cut("y = 2. ") is None
    assert ending.cut("\n```\n") == 5


def test_a_number_is_not_the_end_of_a_sentence() -> None:
    assert stopped("about 3.14 in all. Next", 100) == "about 3.14 in all."


@given(st.text(alphabet="ab .\n`", max_size=60), st.integers(1, 10))
def test_what_is_kept_is_a_beginning(text: str, size: int) -> None:
    assert text.startswith(stopped(text, size))
