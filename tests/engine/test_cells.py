from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_llmchat.engine.cells import CellTree, Match, shared


def _tree(**sequences: list[int]) -> CellTree:
    """Sequences named a, b, … have the ids 0, 1, …"""
    tree = CellTree()
    for name, tokens in sequences.items():
        tree.extend(ord(name) - ord("a"), tokens)
    return tree


def test_a_sequence_grows_and_shrinks() -> None:
    tree = _tree(a=[1, 2])
    tree.extend(0, [3])
    assert tree.tokens(0) == [1, 2, 3]
    tree.trim(0, 1)
    assert tree.tokens(0) == [1]
    assert tree.used == 1
    tree.trim(0, 0)
    assert (tree.length(0), tree.used) == (0, 0)


def test_a_fork_shares_its_cells() -> None:
    tree = _tree(a=[1, 2, 3, 4])
    tree.fork(0, 1, 2)
    tree.extend(1, [9])
    assert tree.tokens(1) == [1, 2, 9]
    assert tree.tokens(0) == [1, 2, 3, 4]
    assert tree.used == 5
    tree.trim(0, 0)
    assert tree.tokens(1) == [1, 2, 9]
    assert tree.used == 3
    tree.check()


def test_a_fork_of_all_of_it_grows_by_itself() -> None:
    tree = _tree(a=[1, 2])
    tree.fork(0, 1, 2)
    tree.extend(0, [3])
    tree.extend(1, [4])
    assert tree.tokens(0) == [1, 2, 3]
    assert tree.tokens(1) == [1, 2, 4]
    tree.check()


def test_the_longest_beginning_is_found_in_the_middle_of_a_run() -> None:
    tree = _tree(a=[1, 2, 3], b=[1, 2, 4, 5])
    assert tree.match([1, 2, 4, 9]) == Match(3, 1)
    assert tree.match([1, 2, 3, 9]) == Match(3, 0)
    assert tree.match([7]) == Match(0, None)
    assert tree.match([]) == Match(0, None)


def test_the_same_tokens_read_twice_are_two_runs() -> None:
    tree = _tree(a=[1, 2], b=[1, 2, 3])
    assert tree.used == 5
    assert tree.match([1, 2, 3]) == Match(3, 1)


def test_cells_of_some_sequences_are_counted_once() -> None:
    tree = _tree(a=[1, 2, 3])
    tree.fork(0, 1, 2)
    tree.extend(1, [4])
    assert tree.held_by({0}) == 3
    assert tree.held_by({0, 1}) == 4
    assert tree.held_by(set()) == 0


def test_accounts_that_do_not_add_up_are_found() -> None:
    tree = _tree(a=[1])
    tree.used += 1
    with pytest.raises(RuntimeError, match="counted"):
        tree.check()


@given(st.lists(st.integers(0, 2)), st.lists(st.integers(0, 2)), st.integers(0, 3))
def test_shared_is_the_common_beginning(
    run: list[int], tokens: list[int], start: int
) -> None:
    length = shared(run, tokens, start)
    assert run[:length] == tokens[start : start + length]
    assert run[length : length + 1] != tokens[start + length : start + length + 1] or (
        length == len(run)
    )


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["extend", "trim", "fork"]),
        st.integers(0, 3),
        st.integers(0, 3),
        st.lists(st.integers(0, 1), min_size=1, max_size=4),
        st.integers(0, 8),
    ),
    max_size=40,
)


@given(ACTIONS)
def test_whatever_happens_every_sequence_holds_what_it_was_given(
    actions: list[tuple[str, int, int, list[int], int]],
) -> None:
    tree, expected = CellTree(), {each: list[int]() for each in range(4)}
    for action, sequence, other, tokens, length in actions:
        if action == "extend":
            tree.extend(sequence, tokens)
            expected[sequence] += tokens
        elif action == "trim":
            tree.trim(sequence, length)
            del expected[sequence][length:]
        elif not expected[other] and sequence != other:
            cut = min(length, len(expected[sequence]))
            tree.fork(sequence, other, cut)
            expected[other] = expected[sequence][:cut]
        tree.check()
        assert {each: tree.tokens(each) for each in expected} == expected
    for wanted in expected.values():
        assert tree.match(wanted).length == len(wanted)
    assert tree.used <= sum(map(len, expected.values()))
