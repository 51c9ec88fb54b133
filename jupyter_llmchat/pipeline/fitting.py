"""What is kept of things in a row when there is not room for all of them.

A model reads a prompt again from the first place on that is different. So whatever is
decided here changes seldom while the row grows by one at a time: several are left out
at once, and then none for a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

FAR = 1 << 40
"""Tokens of something that is too long to be worth counting."""

CHARS_A_TOKEN = 8
"""Text has fewer; what has more characters than so many for each token of the room
there is need not be counted to know that it does not fit."""


def latest(chars: Sequence[int], tokens: Sequence[int], room: int, block: int) -> int:
    """Index of the first one that is kept, with all after it; their number for none.

    All are kept if their `tokens` fit into `room`. Else as many as possible, beginning
    where a new block of `block` characters begins, counted from the first of all: the
    place where the last ones begin stays until a whole block has to go. If even the
    newest block does not fit, whatever of it does.
    """
    left = [*accumulate(reversed(tokens), initial=0)][::-1]
    if left[0] <= room:
        return 0
    begins = [0, *accumulate(chars)]
    for index in range(1, len(tokens)):
        is_border = begins[index] // block != begins[index - 1] // block
        if is_border and left[index] <= room:
            return index
    fitting = (index for index, each in enumerate(left) if each <= room)
    return next(fitting, len(tokens))


def in_reach(chars: Sequence[int], room: int) -> int:
    """Index from which on they are short enough together that all might fit."""
    left = room * CHARS_A_TOKEN
    for index in range(len(chars) - 1, -1, -1):
        left -= chars[index]
        if left < 0:
            return index + 1
    return 0


def first_lines(tokens: Sequence[int], room: int) -> int:
    """How many lines, of so many tokens each, fit."""
    fitting = (total <= room for total in accumulate(tokens))
    return sum(fitting)


def up_to(number: int, step: int) -> int:
    """The next multiple of `step`, so that small changes of a number change nothing."""
    return -(-number // step) * step
