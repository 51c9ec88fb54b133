from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from jupyter_llmchat.errors import StoreUnavailable
from jupyter_llmchat.store.writer import GroupWriter


class Commits:
    """Stands in for the database: notes each group, waits for `go` before it."""

    def __init__(self) -> None:
        self.groups: list[list[Any]] = []
        self.go = threading.Event()
        self.began = threading.Event()

    def __call__(self, works: Sequence[Callable[[Any], Any]]) -> list[Any]:
        self.began.set()
        assert self.go.wait(10)
        results = [work(None) for work in works]
        self.groups.append(results)
        return results


@pytest.fixture
def commits() -> Commits:
    return Commits()


@pytest.fixture
def writer(commits: Commits) -> Iterator[GroupWriter]:
    writer = GroupWriter(commits, lambda is_idle: None, group_size=4, window_s=0.0)
    yield writer
    commits.go.set()
    assert writer.stop(10)


def submit(writer: GroupWriter, *values: Any) -> list[Future[Any]]:
    def work(value: Any) -> Callable[[Any], Any]:
        def run(cursor: Any) -> Any:
            if isinstance(value, Exception):
                raise value
            return value

        return run

    return [writer.submit(work(value)) for value in values]


def test_what_waits_together_is_committed_together(
    writer: GroupWriter, commits: Commits
) -> None:
    first = submit(writer, 0)
    assert commits.began.wait(10)  # now the others have to wait
    rest = submit(writer, *range(1, 8))
    commits.go.set()
    assert [each.result(10) for each in first + rest] == list(range(8))
    assert commits.groups == [[0], [1, 2, 3, 4], [5, 6, 7]]


def test_a_failure_is_its_own_only(writer: GroupWriter, commits: Commits) -> None:
    first = submit(writer, 0)
    assert commits.began.wait(10)
    good, bad, other = submit(writer, 1, ValueError("bad"), 2)
    commits.go.set()
    assert (first[0].result(10), good.result(10), other.result(10)) == (0, 1, 2)
    with pytest.raises(ValueError, match="bad"):
        bad.result(10)
    assert commits.groups == [[0], [1], [2]]


def test_stopping_finishes_what_waits_and_takes_no_more(
    writer: GroupWriter, commits: Commits
) -> None:
    waiting = submit(writer, *range(10))
    assert not writer.stop(0.0)  # the disk does not answer
    with pytest.raises(StoreUnavailable, match="closed"):
        submit(writer, 11)
    commits.go.set()
    assert writer.stop(10)
    assert [each.result(0) for each in waiting] == list(range(10))


def test_housekeeping_that_fails_does_not_end_the_thread(
    caplog: pytest.LogCaptureFixture,
) -> None:
    commits = Commits()
    commits.go.set()

    def rest(is_idle: bool) -> None:
        raise OSError("no housekeeping today")

    writer = GroupWriter(commits, rest, group_size=4, window_s=0.0)
    for value in range(3):
        assert submit(writer, value)[0].result(10) == value
    assert writer.stop(10)
    assert "Housekeeping" in caplog.text
