from __future__ import annotations

import itertools

import pytest

from jupyter_llmchat.pipeline.fitting import (
    CHARS_A_TOKEN,
    first_lines,
    in_reach,
    latest,
    up_to,
)


def test_what_fits_is_kept_whole() -> None:
    assert latest([4, 4, 4], [1, 1, 1], 3, block=4) == 0
    assert latest([], [], 0, block=4) == 0


def test_of_what_does_not_fit_whole_blocks_are_left_out() -> None:
    ten = [40] * 10
    assert latest(ten, [10] * 10, 70, block=160) == 4
    assert latest(ten, [10] * 10, 59, block=160) == 8


def test_a_block_that_is_too_long_is_begun_later() -> None:
    assert latest([40] * 4, [10] * 4, 25, block=1000) == 2
    assert latest([40] * 4, [10] * 4, 5, block=1000) == 4


def test_a_growing_row_begins_at_the_same_place_for_several_turns() -> None:
    starts = [latest([80] * n, [20] * n, 300, block=400) for n in range(1, 100)]
    assert starts == sorted(starts)
    changes = sum(one != other for one, other in itertools.pairwise(starts))
    assert changes <= 99 // 4
    kept = [n - start for n, start in enumerate(starts, start=1)]
    assert max(kept) == 15
    assert min(kept[15:]) >= 10


@pytest.mark.parametrize(
    ("chars", "start"), [([], 0), ([80], 0), ([81], 1), ([1, 80, 10, 70], 2)]
)
def test_what_is_surely_too_long_is_out_of_reach(chars: list[int], start: int) -> None:
    assert in_reach(chars, 80 // CHARS_A_TOKEN) == start


def test_lines_are_taken_from_the_first_on() -> None:
    assert first_lines([3, 3, 3], 7) == 2
    assert first_lines([9], 7) == 0


def test_a_number_goes_up_in_steps() -> None:
    assert [up_to(each, 10) for each in (0, 1, 10, 11)] == [0, 10, 10, 20]
