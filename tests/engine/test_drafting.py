from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_llmchat.engine.drafting import (
    LENGTHS,
    LONGEST,
    SHORTEST,
    Benefit,
    Drafter,
    Lookup,
    accepted,
)

TOKENS = st.lists(st.integers(0, 2), max_size=60)
DRAFT = st.lists(st.integers(0, 2), max_size=7)

FLAT = {1: 10.0, 2: 10.5, 4: 11.0, 8: 12.0}
STEEP = {1: 10.0, 2: 16.0, 4: 28.0, 8: 60.0}
"""As of a model file whose kernels gain little from batches."""


def _proposed(tokens: Sequence[int], count: int) -> tuple[int, ...]:
    """By looking everywhere."""
    for length in range(LONGEST, SHORTEST - 1, -1):
        for end in range(len(tokens) - 1, length - 1, -1):
            if tokens[end - length : end] == tokens[-length:]:
                found = list(tokens)
                for index in range(count):
                    found.append(found[end + index])
                return tuple(found[len(tokens) :])
    return ()


def _write(text: Sequence[int], prompt: int, cost: dict[int, float]) -> list[int]:
    """Lets the tokens after the prompt be generated; the draft length of each step."""
    tokens = list(text[:prompt])
    drafter = Drafter(tokens, cost.__getitem__)
    lengths = []
    while len(tokens) < len(text):
        draft = drafter.draft(room=len(text) - len(tokens) - 1)
        right = accepted(draft, text[len(tokens) :])
        tokens += text[len(tokens) : len(tokens) + right + 1]
        lengths.append(len(draft))
    return lengths


@given(TOKENS, st.integers(1, 9))
def test_the_index_finds_what_looking_everywhere_finds(
    tokens: list[int], count: int
) -> None:
    assert Lookup(tokens).propose(count) == _proposed(tokens, count)


@given(st.lists(TOKENS, max_size=6))
def test_tokens_that_come_later_are_found_as_if_they_had_always_been_there(
    parts: list[list[int]],
) -> None:
    tokens: list[int] = []
    lookup = Lookup(tokens)
    for part in parts:
        tokens += part
        assert lookup.propose(4) == Lookup(list(tokens)).propose(4)


@given(TOKENS, st.integers(1, 9))
def test_a_proposal_is_how_an_earlier_occurrence_of_the_end_went_on(
    tokens: list[int], count: int
) -> None:
    proposal = Lookup(tokens).propose(count)
    if not proposal:
        return
    assert len(proposal) == count
    continued, tail = [*tokens, *proposal], tokens[-SHORTEST:]
    assert any(
        continued[start : start + SHORTEST] == tail
        and continued[start + SHORTEST : start + SHORTEST + count] == [*proposal]
        for start in range(len(tokens) - SHORTEST)
    )


def test_two_tokens_in_common_are_not_enough() -> None:
    assert Lookup([1, 2, 9, 1, 2]).propose(4) == ()
    assert Lookup([1, 2, 3, 9, 1, 2, 3]).propose(2) == (9, 1)


def test_the_longest_match_wins_then_the_newest() -> None:
    long_ago = [1, 2, 3, 4, 77]
    newer, newest = [5, 2, 3, 4, 88], [6, 2, 3, 4, 99]
    assert Lookup([*long_ago, *newer, 1, 2, 3, 4]).propose(1) == (77,)
    assert Lookup([*newer, *newest, 1, 2, 3, 4]).propose(1) == (99,)


def test_a_repetition_is_continued_round_and_round() -> None:
    assert Lookup([1, 2, 3, 1, 2, 3]).propose(7) == (1, 2, 3, 1, 2, 3, 1)
    assert Lookup([5, 5, 5, 5]).propose(4) == (5, 5, 5, 5)


@given(DRAFT, DRAFT)
def test_accepted_is_the_length_of_the_common_beginning(
    draft: list[int], sampled: list[int]
) -> None:
    count = accepted(draft, sampled)
    assert draft[:count] == sampled[:count]
    assert count == min(len(draft), len(sampled)) or draft[count] != sampled[count]


def test_nothing_seen_is_neutral() -> None:
    assert Benefit(FLAT.__getitem__).length > 0
    assert Benefit(STEEP.__getitem__).length == 0


@pytest.mark.parametrize("length", [2, 4, 7])
def test_drafts_that_come_true_grow_and_wrong_ones_stop(length: int) -> None:
    benefit = Benefit(FLAT.__getitem__)
    for _ in range(10):
        benefit.observe(length, length)
    assert benefit.length == max(LENGTHS)
    for _ in range(40):
        benefit.observe(length, 0)
    assert benefit.length == 0


def test_steep_costs_take_drafts_that_are_nearly_always_right() -> None:
    benefit = Benefit(STEEP.__getitem__)
    for _ in range(3):
        benefit.observe(7, 7)
    assert benefit.acceptance > 0.9
    assert benefit.length > 0
    benefit.observe(7, 0)
    benefit.observe(7, 0)
    assert benefit.acceptance > 0.7
    assert benefit.length == 0


def test_when_a_longer_step_costs_nothing_more_any_hope_is_enough() -> None:
    benefit = Benefit(lambda rows: 10.0)
    for _ in range(5):
        benefit.observe(1, 0)
    assert benefit.length == max(LENGTHS)


@given(st.lists(st.tuples(DRAFT, DRAFT)), st.sampled_from([FLAT, STEEP]))
def test_the_decision_stays_within_its_bounds(
    seen: list[tuple[list[int], list[int]]], cost: dict[int, float]
) -> None:
    benefit = Benefit(cost.__getitem__)
    for draft, sampled in seen:
        benefit.observe(len(draft), accepted(draft, sampled))
        assert 0 <= benefit.acceptance <= 1
        assert benefit.length in (0, *LENGTHS)


def test_a_text_that_copies_its_prompt_takes_few_steps() -> None:
    source = list(range(100))
    lengths = _write([*source, *source[:80]], prompt=103, cost=FLAT)
    assert max(lengths) == max(LENGTHS)
    assert len(lengths) < 77 / 4


def _misleading(count: int) -> list[int]:
    """Every third token says something new after words that were there before."""
    tokens: list[int] = [0, 1, 2]
    for new in range(count):
        tokens += [100 + new, 0, 1, 2]
    return tokens


def test_drafting_stops_in_a_text_that_goes_its_own_ways() -> None:
    """The one token in four that is guessed at is always another one."""
    drafter = Drafter(text := _misleading(0), FLAT.__getitem__)
    lengths = []
    for new in range(40):
        lengths.append(len(drafter.draft(room=7)))
        text += [100 + new, 0, 1, 2]
    assert max(lengths[:3]) > 0
    assert not any(lengths[-10:])


def test_a_text_without_repetitions_is_never_drafted() -> None:
    assert not any(_write(list(range(90)), prompt=40, cost=FLAT))


def test_a_text_that_becomes_repetitive_is_noticed() -> None:
    novel = _misleading(40)
    text = [*novel, *([7, 8, 9, 10, 11] * 12)]
    lengths = _write(text, prompt=8, cost=FLAT)
    assert 0 in lengths[20:]
    assert max(lengths[-8:]) == max(LENGTHS)


def test_a_text_that_becomes_repetitive_is_noticed_at_steep_costs_too() -> None:
    text = [*range(20), *([7, 8, 9, 10, 11] * 20)]
    lengths = _write(text, prompt=20, cost=STEEP)
    assert not any(lengths[:5])
    assert max(lengths) > 0


def test_a_draft_keeps_to_its_room() -> None:
    drafter = Drafter([1, 2, 3, 4] * 9, FLAT.__getitem__)
    assert len(drafter.draft(room=1)) == 1
    assert drafter.draft(room=0) == ()


def test_a_step_that_was_broken_off_teaches_nothing() -> None:
    drafter = Drafter([1, 2, 3, 4] * 9, FLAT.__getitem__)
    draft = drafter.draft(room=7)
    assert drafter.draft(room=7) == draft
    assert drafter.benefit.acceptance == Benefit(FLAT.__getitem__).acceptance


@given(TOKENS, TOKENS, st.sampled_from([FLAT, STEEP]))
def test_any_text_is_written_in_no_more_steps_than_tokens(
    prompt: list[int], text: list[int], cost: dict[int, float]
) -> None:
    lengths = _write([*prompt, *text], len(prompt), cost)
    assert len(lengths) <= len(text)
    assert {*lengths} <= set(range(max(LENGTHS) + 1))
