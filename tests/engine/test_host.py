from __future__ import annotations

from jupyter_llmchat.engine.host import HostCache


def test_the_longest_common_beginning_is_found() -> None:
    cache = HostCache(100)
    cache.put([1, 2, 3], b"abc")
    cache.put([1, 9], b"d")
    found = cache.match([1, 2, 7])
    assert found.length == 2
    assert found.saved is not None
    assert found.saved.data == b"abc"
    assert cache.match([5]).saved is None


def test_a_longer_state_takes_the_place_of_its_beginnings() -> None:
    cache = HostCache(100)
    cache.put([1], b"a")
    cache.put([1, 2], b"ab")
    assert len(cache) == 1
    assert cache.match([1, 2]).length == 2


def test_the_one_not_used_for_longest_goes_first() -> None:
    cache = HostCache(4)
    cache.put([1], b"aa")
    cache.put([2], b"bb")
    found = cache.match([1]).saved
    assert found is not None
    cache.touch(found)
    cache.put([3], b"cc")
    assert cache.match([1]).length == 1
    assert cache.match([2]).length == 0
    assert cache.used == 4


def test_a_state_larger_than_the_budget_is_not_kept() -> None:
    cache = HostCache(2)
    cache.put([1], b"a")
    cache.put([2], b"bbb")
    assert cache.match([1]).length == 1
    assert cache.match([2]).length == 0


def test_touching_what_has_gone_is_nothing() -> None:
    cache = HostCache(2)
    cache.put([1], b"aa")
    gone = cache.match([1]).saved
    cache.put([2], b"bb")
    assert gone is not None
    cache.touch(gone)
    assert cache.match([1]).length == 0


def test_a_protected_prompt_outlives_what_is_used_later() -> None:
    cache = HostCache(4)
    cache.protect([1, 1, 9])
    cache.put([1, 1], b"aa")
    for token in range(2, 6):
        cache.put([token], b"bb")
    assert cache.match([1, 1]).length == 2
    assert cache.match([5]).length == 1
    assert cache.used == 4


def test_one_state_is_enough_for_a_protected_prompt() -> None:
    cache = HostCache(4)
    cache.protect([1, 9])
    cache.put([1, 2], b"aa")
    cache.put([1, 3], b"bb")
    cache.put([4], b"cc")
    assert cache.match([1, 2]).length == 1
    assert cache.match([1, 3]).length == 2


def test_with_nothing_else_to_give_up_a_protected_prompt_goes() -> None:
    cache = HostCache(2)
    cache.protect([1, 9])
    cache.protect([2, 9])
    cache.put([1], b"aa")
    cache.put([2], b"bb")
    assert len(cache) == 1
