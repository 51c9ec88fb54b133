from __future__ import annotations

import pytest

from jupyter_llmchat.engine.host import HostCache
from jupyter_llmchat.engine.memory import KEPT_CELLS, WORTH_SAVING, Memory
from jupyter_llmchat.engine.step import Change, Clear, Copy, Restore, Save, Trim

LONG = list(range(WORTH_SAVING * 2))


def _memory(sequences: int = 3, cells: int = 500) -> Memory:
    return Memory(sequences, cells, HostCache(1 << 20))


def _used(memory: Memory, tokens: list[int]) -> int:
    """Takes a sequence, fills it and gives it back."""
    taken = memory.take(tokens, len(tokens) - 1)
    memory.processed(taken.sequence, tuple(tokens[taken.cached :]))
    memory.keep(taken.sequence)
    return taken.sequence


def _carry_out(memory: Memory) -> tuple[Change, ...]:
    """As the executor does; the data of a state do not matter here."""
    changes = memory.changes()
    for change in changes:
        if isinstance(change, Save):
            memory.host.put([*change.tokens], b"state")
    return changes


def test_what_was_kept_is_taken_again_when_little_of_it_is_lost() -> None:
    memory = _memory()
    sequence = _used(memory, LONG)
    taken = memory.take([*LONG[:-1], 99, 98], len(LONG))
    assert taken.sequence == sequence
    assert taken.cached == len(LONG) - 1


def test_otherwise_its_beginning_is_forked() -> None:
    memory = _memory()
    sequence = _used(memory, LONG)
    memory.changes()
    taken = memory.take([*LONG[:10], 99], 10)
    assert taken.cached == 10
    assert memory.changes() == (Copy(sequence, taken.sequence, 10),)


def test_no_more_than_the_limit_counts_as_known() -> None:
    memory = _memory()
    _used(memory, LONG)
    assert memory.take(LONG, len(LONG) - 1).cached == len(LONG) - 1


def test_idle_everything_goes_to_the_host_and_the_cache_is_cleared() -> None:
    memory = _memory()
    _used(memory, LONG)
    memory.tidy()
    changes = _carry_out(memory)
    assert [type(each) for each in changes] == [Save, Trim, Clear]
    assert memory.used == 0
    assert memory.match(LONG) == len(LONG)
    memory.tidy()
    assert memory.changes() == ()


def test_what_is_on_the_host_is_put_back() -> None:
    memory = _memory()
    _used(memory, LONG)
    memory.tidy()
    _carry_out(memory)
    taken = memory.take([*LONG[:50], 99], 50)
    assert taken.cached == 50
    changes = memory.changes()
    assert isinstance(changes[0], Restore)
    assert changes[1] == Trim(taken.sequence, 50)


def test_what_is_on_the_host_already_is_not_saved_again() -> None:
    memory = _memory()
    _used(memory, LONG)
    memory.tidy()
    _carry_out(memory)
    _used(memory, [*LONG, 1, 2, 3])
    memory.tidy()
    assert not [each for each in _carry_out(memory) if isinstance(each, Save)]


def test_room_is_made_from_what_is_kept_the_oldest_first() -> None:
    memory = _memory(cells=2 * len(LONG))
    _used(memory, LONG)
    newest = [500 + each for each in LONG]
    _used(memory, newest)
    assert memory.make_room(1)
    _carry_out(memory)
    assert memory.used == len(LONG)
    taken = memory.take(newest, len(newest) - 1)
    assert taken.cached == len(newest) - 1
    assert not memory.make_room(memory.cells)


def test_without_a_free_sequence_the_oldest_kept_one_gives_way() -> None:
    memory = _memory(sequences=1)
    _used(memory, LONG)
    assert memory.has_sequence
    taken = memory.take([700, 701], 1)
    assert taken.cached == 0
    assert not memory.has_sequence
    _carry_out(memory)
    assert memory.match(LONG) == len(LONG)


def test_more_is_not_kept_than_does_good() -> None:
    memory = _memory(cells=10 * KEPT_CELLS)
    _used(memory, list(range(KEPT_CELLS + 1)))
    assert memory.used == KEPT_CELLS + 1
    memory.shrink()
    assert memory.used == 0


def test_a_task_fits_beside_what_is_in_use_not_what_is_kept() -> None:
    memory = _memory(cells=200)
    _used(memory, list(range(100)))
    other = [1000 + each for each in range(120)]
    assert memory.has_room(other)
    taken = memory.take(other, 119)
    memory.processed(taken.sequence, tuple(other))
    assert not memory.has_room([2000 + each for each in range(120)])


def test_a_sequence_in_use_that_nobody_runs_is_found() -> None:
    memory = _memory()
    taken = memory.take([1], 0)
    memory.check({taken.sequence})
    with pytest.raises(RuntimeError, match="running"):
        memory.check(set())
