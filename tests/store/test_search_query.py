from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_llmchat.store.search_query import MOST, SearchQuery, Wanted, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("read file", [Wanted("read"), Wanted("file", is_prefix=True)]),
        ("read file ", [Wanted("read"), Wanted("file")]),
        ("read file?", [Wanted("read"), Wanted("file")]),
        ("read read", [Wanted("read"), Wanted("read", is_prefix=True)]),
        ("a", [Wanted("a")]),
        ("df.gro", [Wanted("df.gro", is_prefix=True)]),
        ("read_csv ", [Wanted("read_csv")]),
        ("数据", [Wanted("数据")]),
        ("语", [Wanted("语", is_prefix=True)]),
        ('"group by" pandas ', [Wanted("pandas"), Wanted("group"), Wanted("by")]),
        ('open "fi', [Wanted("open"), Wanted("fi", is_prefix=True)]),
        ("", []),
        ("?! …", []),
    ],
)
def test_words_are_required_and_the_last_may_go_on(
    text: str, expected: list[Wanted]
) -> None:
    assert list(parse(text).wanted) == expected


def test_a_phrase_is_its_words_in_a_row() -> None:
    query = parse('"group by" sum')
    assert query.phrases == (("group", "by"),)
    assert query.has_phrases("First GROUP BY, then sum.")
    assert not query.has_phrases("by group")
    assert parse('"one"').phrases == ()


def test_only_so_many_words_count() -> None:
    assert len(parse(" ".join(f"w{each}" for each in range(50))).wanted) == MOST


def test_a_query_knows_its_words() -> None:
    query = SearchQuery((Wanted("read"), Wanted("fi", is_prefix=True)))
    assert query.matches("read")
    assert query.matches("file")
    assert not query.matches("reader")


@given(st.text(max_size=100))
def test_any_text_is_a_query(text: str) -> None:
    assert parse(text).has_phrases(text) or parse(text).phrases
