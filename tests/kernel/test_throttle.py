from __future__ import annotations

from jupyter_llmchat.kernel.throttle import BYTES_PER_S, Throttle

from .clock import ManualClock


def updates(pieces_per_s: int, seconds: int, size: int = 100) -> int:
    clock = ManualClock()
    throttle = Throttle(clock)
    sent: list[float] = []
    for _ in range(pieces_per_s * seconds):
        if throttle.is_open:
            throttle.run(lambda: size)
            sent.append(clock.now)
        clock.now += 1 / pieces_per_s
    return len(sent)


def test_first_update_goes_out_at_once() -> None:
    assert Throttle(ManualClock()).is_open


def test_at_most_ten_updates_a_second_at_any_rate() -> None:
    for rate in (1, 5, 10, 11, 60, 1000):
        assert updates(rate, seconds=10) <= min(rate * 10, 100)


def test_large_updates_are_rarer() -> None:
    size = 200_000
    assert updates(100, seconds=10, size=size) * size <= BYTES_PER_S * 11


def test_slow_rendering_leaves_the_processor_to_the_model() -> None:
    clock = ManualClock()
    throttle = Throttle(clock)

    def update() -> int:
        clock.now += 0.05
        return 10

    throttle.run(update)
    clock.now += 0.4
    assert not throttle.is_open
    clock.now += 0.1
    assert throttle.is_open
