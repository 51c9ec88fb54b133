from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_llmchat.store.words import LONGEST, fold, places, terms, words


def wholes(text: str) -> list[str]:
    return [word.term for word in words(text) if not word.is_part]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How does it work?", ["how", "does", "it", "work"]),
        ("Café cafe\u0301 CAFÉ", ["cafe"] * 3),
        ("Straße", ["strasse"]),
        ("\uff21\uff22\uff23 \uff11\uff12", ["abc", "12"]),
        ("İstanbul", ["istanbul"]),
        ("C++ and c#.", ["c++", "and", "c#"]),
        ("the end.", ["the", "end"]),
        ("数据库", ["数据", "据库"]),
        ("pandas数据", ["pandas", "数据"]),
        ("语", ["语"]),
        ("ภาษา", [fold(pair) for pair in ("ภา", "าษ", "ษา")]),
        ("", []),
        ("_ ___ … !?", []),
    ],
)
def test_text_is_split_into_words(text: str, expected: list[str]) -> None:
    assert wholes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("read_csv", {"read_csv", "read", "csv"}),
        ("df.groupby", {"df.groupby", "df", "groupby"}),
        ("DataFrame", {"dataframe", "data", "frame"}),
        ("getHTTPResponse", {"gethttpresponse", "get", "http", "response"}),
        ("np.linalg.norm", {"np.linalg", "linalg.norm", "np", "linalg", "norm"}),
        ("__init__", {"__init__", "init"}),
        ("数据库", {"数据", "据库", "库"}),
    ],
)
def test_an_identifier_is_found_whole_and_by_its_parts(
    text: str, expected: set[str]
) -> None:
    assert set(terms(text)) == expected


def test_words_are_counted() -> None:
    assert terms("a b a read_a")["a"] == 3


@given(st.text(max_size=200))
def test_each_word_stands_where_it_says(text: str) -> None:
    found = list(words(text))
    assert [word.start for word in found] == sorted(word.start for word in found)
    for word in found:
        assert 0 <= word.start < word.end <= len(text)
        assert 0 < len(word.term) <= LONGEST
        assert not any(each.isspace() for each in word.term)


@given(st.text(max_size=200))
def test_counting_finds_the_same_words(text: str) -> None:
    assert set(terms(text)) == {word.term for word in words(text)}
    every = set(places(text, lambda term: True))
    assert every == {(word.start, word.end) for word in words(text)}


@given(st.text(alphabet="abcäéñöüžДЖЯЩю", min_size=1, max_size=20))
def test_neither_case_nor_composition_matter(text: str) -> None:
    for same in (text.upper(), text.lower(), unicodedata.normalize("NFD", text)):
        assert fold(same) == fold(text)
