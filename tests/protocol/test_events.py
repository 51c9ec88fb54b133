from __future__ import annotations

import msgspec
import pytest

from jupyter_llmchat.protocol import events


def kinds() -> tuple[type[events.Event], ...]:
    return tuple(events.TurnEvent.__args__)


def test_every_event_belongs_to_a_turn_and_has_a_place() -> None:
    assert all(issubclass(kind, events.Event) for kind in kinds())
    assert {*events.Event.__subclasses__()} == {*kinds()}


def test_the_names_on_the_wire() -> None:
    assert [kind.__struct_config__.tag for kind in kinds()] == [
        *("start", "queued", "decision", "refinement", "stage", "chunk"),
        *("quality", "revision", "notice", "complete", "error"),
    ]


def test_an_event_does_not_change() -> None:
    event = events.Queued(turn_id="t", position=1)
    with pytest.raises(AttributeError):
        event.position = 0  # type: ignore[misc]


def test_numbering_is_the_publishers() -> None:
    event = events.Notice(turn_id="t", code="c", message="m")
    assert event.seq == 0
    assert msgspec.structs.replace(event, seq=7).seq == 7


def test_only_complete_and_error_end_a_turn() -> None:
    assert set(events.TERMINAL) == {events.Complete, events.Error}
