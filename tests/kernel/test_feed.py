from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from jupyter_llmchat.errors import Busy
from jupyter_llmchat.kernel.feed import Feed
from jupyter_llmchat.protocol.events import TurnEvent

from .builders import TURN, answer

WAIT_S = 10.0


def test_events_in_order_then_over() -> None:
    feed = Feed(iter(answer("a", "b")), lambda turn_id: None)
    taken = [feed.next(WAIT_S) for _ in answer("a", "b")]
    assert taken == answer("a", "b")
    assert feed.next(WAIT_S) is None
    assert feed.is_over
    assert feed.next(WAIT_S) is None


def test_nothing_yet() -> None:
    gate = threading.Event()

    def events() -> Iterator[TurnEvent]:
        gate.wait(WAIT_S)
        yield from answer("a")

    feed = Feed(events(), lambda turn_id: None)
    assert feed.next(0.01) is None
    assert not feed.is_over
    gate.set()
    assert feed.next(WAIT_S) == answer("a")[0]


@pytest.mark.parametrize("error", [Busy("Full."), KeyboardInterrupt(), ValueError("x")])
def test_errors_are_raised_where_events_are_taken(error: BaseException) -> None:
    def events() -> Iterator[TurnEvent]:
        yield answer("a")[0]
        raise error

    feed = Feed(events(), lambda turn_id: None)
    feed.next(WAIT_S)
    with pytest.raises(type(error)):
        feed.next(WAIT_S)
    assert feed.is_over


def test_turn_that_goes_on_unheard_is_cancelled() -> None:
    gate = threading.Event()
    cancelled: list[str] = []
    done = threading.Event()

    def events() -> Iterator[TurnEvent]:
        try:
            gate.wait(WAIT_S)
            yield from answer("a", "b")
        finally:
            done.set()

    feed = Feed(events(), cancelled.append)
    feed.abandon()
    gate.set()
    assert feed.next(WAIT_S) is None
    assert feed.is_over
    assert cancelled == [TURN]
