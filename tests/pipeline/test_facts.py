from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_llmchat.pipeline.facts import (
    FACT_CHARS,
    MOST,
    Fact,
    facts,
    matching,
    parts,
    without_facts,
    words,
)
from jupyter_llmchat.protocol.requests import ContextPart

from .notebook_facts import FACTS, PARTS, QUESTIONS

CELL = ContextPart(kind="notebook", name="In [1]", text="x = 1")


def test_every_line_is_a_fact_once() -> None:
    twice = ContextPart(
        kind="variables", name="x", text="x is 1.\n\n x  is 1. \ny is 2."
    )
    assert [each.text for each in facts((CELL, twice, twice))] == ["x is 1.", "y is 2."]


def test_long_facts_and_too_many_are_cut() -> None:
    lines = [f"{number} {'a' * FACT_CHARS}" for number in range(MOST + 5)]
    found = facts((ContextPart(kind="variables", name="x", text="\n".join(lines)),))
    assert len(found) == MOST
    assert {len(each.text) for each in found} == {FACT_CHARS}


def test_facts_become_parts_by_what_they_are_about() -> None:
    chosen = [Fact(about=about, text=f"{about}.") for about in "aba"]
    made = [(each.name, each.text) for each in parts(chosen)]
    assert made == [("a", "a.\na."), ("b", "b.")]


def test_all_else_is_left_as_it_is() -> None:
    assert without_facts((CELL, *PARTS)) == (CELL,)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Batch_size", ["the", "batch_size", "batch", "size"]),
        ("X_train: cities", ["x_train", "x", "train", "city"]),
        ("RandomForest()", ["randomforest", "random", "forest"]),
        ("class rows 0.75", ["class", "row", "0", "75"]),
    ],
)
def test_names_are_also_their_words(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(("question", "expected"), QUESTIONS)
def test_the_right_fact_is_among_the_first(question: str, expected: str) -> None:
    found = matching(question, facts(PARTS), 6)
    assert any(expected in each.fact.text for each in found)
    scores = [each.keywords for each in found]
    assert scores == sorted(scores, reverse=True)


def test_without_a_word_in_common_the_first_ones_are_taken() -> None:
    found = matching("Why?", facts(PARTS), 2)
    assert [(each.fact.text, each.keywords) for each in found] == [
        (FACTS[0], 0.0),
        (FACTS[1], 0.0),
    ]


@given(st.text(), st.lists(st.text(min_size=1)), st.integers(0, 9))
def test_any_text_can_be_asked_and_known(
    question: str, lines: list[str], most: int
) -> None:
    known = [Fact(about="", text=line) for line in lines]
    assert len(matching(question, known, most)) == min(most, len(known))
