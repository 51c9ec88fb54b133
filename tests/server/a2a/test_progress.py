from __future__ import annotations

from typing import Any

import pytest

from jupyter_llmchat.protocol.events import (
    Error,
    Notice,
    Queued,
    Revision,
    StageChange,
    TurnEvent,
)
from jupyter_llmchat.server.a2a.progress import begun, reached
from jupyter_llmchat.server.a2a.task import (
    Artifact,
    ArtifactUpdate,
    StatusUpdate,
    Update,
)
from tests.server.builders import chunk, complete, decision

from .builders import numbered, staged, started


def updates(events: tuple[TurnEvent, ...]) -> list[Update]:
    """What is told after the task itself."""
    progress, found = begun(started()), []
    for event in events[1:]:
        found += progress.updates(event)
        progress = progress.after(event)
    return found


def brief(update: Update) -> tuple[Any, ...]:
    if isinstance(update, StatusUpdate):
        return (update.status.state,)
    return update.artifact.text, update.append, update.last_chunk


def error(code: str = "worker_lost") -> Error:
    return Error(turn_id="", code=code, message="It broke.", hint="Ask again.")


def test_a_turn_begins_as_a_submitted_task_with_its_question() -> None:
    task = begun(started()).task
    assert (task.id, task.context_id, task.status.state) == ("t", "s", "submitted")
    assert [(each.role, each.text) for each in task.history] == [("user", "q")]
    assert not task.artifacts


def test_a_stage_is_an_artifact_in_pieces() -> None:
    assert [*map(brief, updates(staged()))] == [
        ("working",),
        ("Forty", False, False),
        ("-two.", True, False),
        ("", True, True),
        ("completed",),
    ]


def test_a_stage_s_name_is_that_of_its_artifact() -> None:
    (first, *_) = (
        each for each in updates(staged()) if isinstance(each, ArtifactUpdate)
    )
    assert first.artifact == Artifact(id="core", text="Forty", preparatory=False)
    assert (first.task_id, first.context_id) == ("t", "s")


def test_how_an_answer_was_arrived_at_is_marked() -> None:
    (_, update, *_) = updates(numbered(chunk("Hm.", stage="analysis"), complete()))
    assert isinstance(update, ArtifactUpdate)
    assert update.artifact.preparatory


def test_the_whole_is_what_the_pieces_make() -> None:
    events = numbered(
        chunk("Hm", 0, "analysis"), chunk(".", 1, "analysis"), *staged()[1:]
    )
    pieces: dict[str, str] = {}
    for each in updates(events):
        if isinstance(each, ArtifactUpdate):
            before = pieces.get(each.artifact.id, "") if each.append else ""
            pieces[each.artifact.id] = before + each.artifact.text
    whole = {each.id: each.text for each in reached(events).task.artifacts}
    assert pieces == whole == {"analysis": "Hm.", "core": "Forty-two."}


def test_a_stage_without_text_is_not_told() -> None:
    stage = StageChange(turn_id="", stage="core", phase="start")
    end = StageChange(turn_id="", stage="core", phase="end")
    found = updates(numbered(stage, chunk(""), end, complete()))
    assert [*map(brief, found)] == [("working",), ("completed",)]


def test_a_better_text_takes_the_place_of_the_first() -> None:
    better = Revision(
        turn_id="", stage="core", text="42.", used=True, score=9.0, first_score=1.0
    )
    worse = Revision(
        turn_id="", stage="core", text="No.", used=False, score=1.0, first_score=9.0
    )
    events = numbered(*staged()[1:-1], worse, better, complete())
    assert brief(updates(events)[-2]) == ("42.", False, True)
    (artifact,) = reached(events).task.artifacts
    assert artifact.text == "42."


def test_a_place_in_line_is_told_and_is_no_work_yet() -> None:
    (update,) = updates(numbered(Queued(turn_id="", position=2)))
    assert isinstance(update, StatusUpdate)
    assert update.status.state == "submitted"
    assert update.status.message is not None
    assert update.status.message.text == "Questions that go first: 2."


def test_work_is_told_once() -> None:
    found = updates(numbered(decision(), decision(), chunk("a")))
    assert [*map(brief, found)] == [("working",), ("a", False, False)]


def test_a_notice_changes_no_state() -> None:
    notice = Notice(turn_id="", code="not_saved", message="Not saved.")
    (_, _, update) = updates(numbered(chunk("a"), notice))
    assert isinstance(update, StatusUpdate)
    assert (update.status.state, update.final) == ("working", False)
    assert update.status.message is not None
    assert update.status.message.text == "Not saved."


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (complete(), "completed"),
        (complete("length"), "completed"),
        (complete("deadline"), "completed"),
        (complete("cancelled"), "canceled"),
        (complete("interrupted"), "failed"),
        (error(), "failed"),
    ],
)
def test_every_end_is_one_of_three(end: TurnEvent, state: str) -> None:
    events = numbered(chunk("So far."), end)
    (_, _, closing, last) = updates(events)
    assert brief(closing) == ("", True, True)
    assert isinstance(last, StatusUpdate)
    assert (last.status.state, last.final) == (state, True)
    assert reached(events).task.status == last.status
    assert reached(events).task.metadata == last.metadata


def test_a_failure_says_why_and_what_next() -> None:
    task = reached(numbered(error())).task
    assert task.status.message is not None
    assert task.status.message.text == "It broke. Ask again."
    assert task.metadata == {"error": {"code": "worker_lost", "retryable": False}}


def test_figures_go_along_with_the_end() -> None:
    task = reached(staged()).task
    assert task.metadata["finish_reason"] == "stop"
    assert task.metadata["metrics"]["total_ms"] == 5.0
    assert task.status.timestamp == pytest.approx(1.005)
