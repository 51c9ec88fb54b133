from __future__ import annotations

from benchmarks.kernel import STOP_MS, Asked, figures


def asked(first_word_ms: float, told_ms: float) -> Asked:
    return Asked(
        first_word_ms=first_word_ms, server_ms=100.0, told_ms=told_ms, stopped_ms=50.0
    )


def test_medians_are_held_to_the_bounds() -> None:
    word, told, _, _ = figures([asked(110.0, 5.0)] * 4 + [asked(500.0, 500.0)])
    assert (word.value, word.peer_value, word.holds) == (110.0, 100.0, True)
    assert told.value < STOP_MS
    assert told.holds
    slow = figures([asked(130.0, 200.0)] * 3)
    assert [each.holds for each in slow] == [False, False, None, None]
