from __future__ import annotations

from jupyter_llmchat.engine.pace import CAREFUL, SMALLEST, STALL_MS, Pace


def test_nobody_waiting_the_largest_chunk_is_read() -> None:
    assert Pace(256).chunk(is_writing=False) == 256


def test_unknown_speed_is_tried_carefully() -> None:
    assert Pace(256).chunk(is_writing=True) == CAREFUL
    assert Pace(32).chunk(is_writing=True) == 32


def test_a_text_does_not_stand_still_for_longer_than_it_may() -> None:
    pace = Pace(1000)
    pace.observe(100, 200.0)
    assert pace.chunk(is_writing=True) == STALL_MS / 2.0


def test_slow_machines_still_get_on() -> None:
    pace = Pace(256)
    pace.observe(100, 1e6)
    assert pace.chunk(is_writing=True) == SMALLEST


def test_steps_that_hardly_read_say_nothing() -> None:
    pace = Pace(256)
    pace.observe(2, 1e6)
    assert pace.chunk(is_writing=True) == CAREFUL
