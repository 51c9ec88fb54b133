from __future__ import annotations

from benchmarks.peer import completion_events

STREAM = (
    b'data: {"content":"a","tokens_predicted":1}\n\n'
    b'data: {"content":"","tokens_predicted":1}\n\n'
)


def test_events_are_read_in_order() -> None:
    contents = [event["content"] for event in completion_events(STREAM)]
    assert contents == ["a", ""]


def test_comments_are_not_events() -> None:
    assert completion_events(b":\n\n" + STREAM) == completion_events(STREAM)


def test_an_event_that_was_cut_off_is_left_out() -> None:
    assert completion_events(STREAM + b'data: {"con') == completion_events(STREAM)


def test_a_stream_cut_off_at_once_has_no_events() -> None:
    assert completion_events(b'data: {"content"') == []
