from __future__ import annotations

from benchmarks.replay import LIMIT_MS, end_of, events, figures
from jupyter_llmchat.protocol.sse import HEARTBEAT, frame
from tests.kernel.builders import answer, failed, numbered, start


def test_a_stream_is_read_as_it_was_sent() -> None:
    said = answer("It ", "counts.\n")
    stream = HEARTBEAT + b"".join(map(frame, said))
    assert events(stream) == said
    assert end_of(stream) == said[-1]


def test_an_answer_that_failed_has_no_end_to_look_at() -> None:
    assert end_of(b"".join(map(frame, numbered(start(), failed())))) is None


def test_only_the_slowest_replays_are_held_to_the_limit() -> None:
    median, slow = figures([10.0] * 19 + [50.0], first_ms=1000.0)
    assert (median.value, median.peer_value, median.bound) == (10.0, 1000.0, None)
    assert slow.value < LIMIT_MS
    assert slow.holds
    assert not figures([20.0, 20.0], first_ms=1000.0)[1].holds
