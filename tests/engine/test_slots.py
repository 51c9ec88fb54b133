from __future__ import annotations

import pytest

from jupyter_llmchat.engine.slots import Slots
from jupyter_llmchat.engine.step import Copy, Trim


def _used(slots: Slots, request_id: int, tokens: list[int]) -> int:
    """Takes a slot, fills it and gives it back; its index."""
    taken = slots.take(request_id, tokens)
    taken.slot.tokens = list(tokens)
    slots.give_back(taken.slot)
    return taken.slot.index


def test_a_kept_slot_with_the_same_beginning_is_taken_again() -> None:
    slots = Slots(3, 100)
    index = _used(slots, 1, [1, 2, 3, 4])
    taken = slots.take(2, [1, 2, 3, 9])
    assert taken.slot.index == index
    assert taken.cached == 3
    assert taken.changes == (Trim(index, 3),)


def test_one_token_is_always_left_to_process() -> None:
    slots = Slots(3, 100)
    _used(slots, 1, [1, 2, 3])
    assert slots.take(2, [1, 2, 3]).cached == 2


def test_a_slot_that_is_mostly_something_else_is_copied_not_cut() -> None:
    slots = Slots(3, 100)
    index = _used(slots, 1, list(range(10)))
    taken = slots.take(2, [0, 1, 50])
    assert taken.slot.index != index
    assert taken.changes[-1] == Copy(index, taken.slot.index, 2)
    assert slots[index].tokens == list(range(10))


def test_a_slot_in_use_is_copied() -> None:
    slots = Slots(3, 100)
    first = slots.take(1, [1, 2, 3])
    first.slot.tokens = [1, 2, 3]
    second = slots.take(2, [1, 2, 3, 4])
    assert second.cached == 3
    assert second.changes[-1] == Copy(first.slot.index, second.slot.index, 3)


def test_without_a_common_beginning_the_emptiest_oldest_slot_is_taken() -> None:
    slots = Slots(2, 100)
    oldest = _used(slots, 1, [1, 1])
    _used(slots, 2, [2, 2])
    taken = slots.take(3, [3, 3])
    assert taken.slot.index == oldest
    assert taken.cached == 0


def test_room_is_made_from_the_oldest_kept_slots_only() -> None:
    slots = Slots(3, 10)
    oldest = _used(slots, 1, [1] * 4)
    newest = _used(slots, 2, [2] * 4)
    assert slots.make_room(2) == ()
    assert slots.make_room(6) == (Trim(oldest, 0),)
    assert slots[newest].tokens == [2] * 4


def test_check_finds_a_slot_nobody_runs() -> None:
    slots = Slots(2, 10)
    slots.take(1, [1])
    slots.check([1])
    with pytest.raises(RuntimeError, match="owned"):
        slots.check([])
