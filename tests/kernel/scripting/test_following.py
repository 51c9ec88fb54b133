from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from jupyter_llmchat.errors import Busy, ServerUnreachable, TimedOut
from jupyter_llmchat.kernel.scripting.following import Following
from jupyter_llmchat.protocol.events import TurnEvent
from tests.kernel.builders import TURN, answer, numbered, start
from tests.kernel.clock import ManualClock


class Endless:
    """Begins an answer and says no more until it is cancelled."""

    def __init__(self) -> None:
        self.cancelled: list[str] = []
        self._go_on = threading.Event()

    def __iter__(self) -> Iterator[TurnEvent]:
        yield from numbered(start())
        self._go_on.wait(30)

    def cancel(self, turn_id: str) -> None:
        self.cancelled.append(turn_id)
        self._go_on.set()


def never(turn_id: str) -> None:
    raise AssertionError("nothing is to be cancelled")


def test_all_events_up_to_the_last() -> None:
    assert list(Following(iter(answer("So.")), never)) == answer("So.")


def test_who_leaves_early_stops_the_answer() -> None:
    endless = Endless()
    events = iter(Following(iter(endless), endless.cancel))
    next(events)
    events.close()  # type: ignore[attr-defined]
    assert endless.cancelled == [TURN]


def test_who_leaves_before_the_beginning_stops_it_too() -> None:
    endless = Endless()
    Following(iter(endless), endless.cancel).stop()
    assert endless.cancelled == [TURN]


def test_an_answer_that_takes_too_long_is_stopped() -> None:
    endless, clock = Endless(), ManualClock()
    following = Following(iter(endless), endless.cancel, timeout_s=5.0, clock=clock)
    events = iter(following)
    next(events)
    assert following.left_s == 5.0
    clock.now += 6.0
    with pytest.raises(TimedOut, match="longer than 5 s"):
        next(events)
    assert endless.cancelled == [TURN]


def test_what_has_come_in_time_is_given_after_it() -> None:
    clock, arrived = ManualClock(), threading.Semaphore(0)
    events = answer("So.")
    following = Following(
        iter(events), never, timeout_s=5.0, clock=clock, arrived=arrived.release
    )
    for _ in events:
        assert arrived.acquire(timeout=30)
    clock.now += 6.0
    assert list(following) == events


def test_an_answer_that_breaks_off() -> None:
    with pytest.raises(ServerUnreachable, match="broke off"):
        list(Following(iter(numbered(start())), never))


def test_an_error_while_asking() -> None:
    def refused() -> Iterator[TurnEvent]:
        raise Busy("Too many.", "Later.")
        yield

    with pytest.raises(Busy):
        list(Following(refused(), never))


def test_without_a_limit_there_is_no_time_left_to_speak_of() -> None:
    assert Following(iter(answer("So.")), never).left_s is None
