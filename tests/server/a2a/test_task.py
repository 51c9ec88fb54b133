from __future__ import annotations

from typing import get_args

import pytest

from jupyter_llmchat.server.a2a.task import (
    ENDED,
    Status,
    StatusUpdate,
    Task,
    TaskState,
)


@pytest.mark.parametrize("state", get_args(TaskState))
def test_a_task_that_has_ended_says_so_for_good(state: TaskState) -> None:
    status = Status(state=state, timestamp=1.0)
    task = Task(id="t", context_id="c", status=status, artifacts=(), history=())
    update = StatusUpdate(task_id="t", context_id="c", status=status)
    assert task.ended == update.final == (state in ENDED)


def test_what_runs_has_not_ended() -> None:
    assert {*get_args(TaskState)} - ENDED == {"submitted", "working"}
