"""Against BM25 as its authors write it down, computed the slow way."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_llmchat.store import ranking, search, search_index
from jupyter_llmchat.store.search_query import SearchQuery, Wanted

from .indexed import add_messages, database, index_all

WORDS = ("ant", "ape", "bat", "bee", "cat")
TEXTS = st.lists(
    st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), min_size=1, max_size=12
)
QUERIES = st.lists(
    st.builds(
        Wanted, st.sampled_from((*WORDS, "a", "b", "eel")), is_prefix=st.booleans()
    ),
    min_size=1,
    max_size=3,
    unique=True,
)


def reference(texts: list[str], wanted: list[Wanted]) -> dict[int, float]:
    """Score by the place of each text with all words, counted from 1."""
    counts = [Counter(text.split()) for text in texts]
    mean = sum(each.total() for each in counts) / len(counts)
    scores = dict.fromkeys(range(1, len(texts) + 1), 0.0)
    for word in wanted:
        terms = [term for term in WORDS if word.matches(term)]
        postings = sum(term in each for term in terms for each in counts)
        found = min(postings, len(texts))
        idf = math.log(1 + (len(texts) - found + 0.5) / (found + 0.5))
        for place, each in enumerate(counts, 1):
            tf = sum(each[term] for term in terms)
            if not tf or place not in scores:
                scores.pop(place, None)
                continue
            norm = ranking.K1 * (1 - ranking.B + ranking.B * each.total() / mean)
            scores[place] += idf * tf * (ranking.K1 + 1) / (tf + norm)
    return scores


@settings(max_examples=60, deadline=None)
@given(texts=TEXTS, wanted=QUERIES, is_merged=st.booleans())
def test_scores_are_those_of_bm25(
    texts: list[str], wanted: list[Wanted], is_merged: bool
) -> None:
    with database() as cursor:
        add_messages(cursor, texts)
        # Another owner's documents change nothing.
        add_messages(cursor, ["ant bee", "cat"], owner="eve", first=1000)
        index_all(cursor)
        if is_merged:
            search_index.merge(cursor)
        found = search.best(cursor, "ada", SearchQuery(tuple(wanted)), 100, 0)
    expected = reference(texts, wanted) if any(texts) else {}
    assert dict(found) == pytest.approx(expected)
    assert found == sorted(found, key=lambda each: (-each[1], -each[0]))


def test_of_words_that_are_everywhere_the_newest_are_ranked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ranking, "MANY", 10)
    ranking.ranking.cache_clear()
    try:
        with database() as cursor:
            add_messages(cursor, [*["rare ant"] * 2, *["ant"] * 98])
            index_all(cursor)
            common = search.best(cursor, "ada", SearchQuery((Wanted("ant"),)), 100, 0)
            both = search.best(
                cursor, "ada", SearchQuery((Wanted("ant"), Wanted("rare"))), 100, 0
            )
    finally:
        ranking.ranking.cache_clear()
    assert [doc for doc, _ in common] == list(range(100, 89, -1))
    assert [doc for doc, _ in both] == [2, 1]
