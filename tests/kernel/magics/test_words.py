from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.error import UsageError

from jupyter_llmchat.kernel.magics.words import Split, quoted, split, words


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("", []),
        ("a  b", ["a", "b"]),
        ('use "green tea"', ["use", "green tea"]),
        (r"export C:\temp\x.md", ["export", r"C:\temp\x.md"]),
        ("""--schema '{"a": 1}' #x""", ["--schema", '{"a": 1}', "#x"]),
    ],
)
def test_words(line: str, found: list[str]) -> None:
    assert words(line) == found


@pytest.mark.parametrize(
    ("line", "options", "rest", "is_question"),
    [
        ("Why?", (), "Why?", False),
        ("-t 0 --raw  What's  this?", ("-t", "0", "--raw"), "What's  this?", False),
        ("--session='a b' Why?", ("--session=a b",), "Why?", False),
        ("-q -- -5 is what?", ("-q",), "-5 is what?", True),
        ("--", (), "", True),
        ("-s", ("-s",), "", False),
        ("--nonsense x", ("--nonsense",), "x", False),
    ],
)
def test_options_in_front(
    line: str, options: tuple[str, ...], rest: str, is_question: bool
) -> None:
    assert split(line) == Split(options=options, rest=rest, is_question=is_question)


def test_a_quotation_that_does_not_end() -> None:
    for take in (words, split):
        with pytest.raises(UsageError, match="not closed"):
            take("-s 'tea")


@given(st.text("ab \t'\\#$", min_size=1, max_size=12))
def test_quoted_is_one_word(text: str) -> None:
    if not text.isspace():
        assert words(quoted(text)) == [text]


def test_quotes_like_a_shell() -> None:
    for text in ("a b", "a", "it's", 'say "x"'):
        assert shlex.split(quoted(text)) == [text]
