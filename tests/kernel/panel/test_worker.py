from __future__ import annotations

import threading

from jupyter_llmchat.kernel.panel.worker import Worker

from .server_double import LONG_S


def test_jobs_are_done_in_order_by_one_thread() -> None:
    worker = Worker("test")
    done: list[tuple[int, str]] = []
    for number in range(5):
        worker.do(
            lambda number=number: done.append((number, threading.current_thread().name))
        )
    assert worker.wait(LONG_S)
    assert done == [(number, "test") for number in range(5)]
    assert worker.close(LONG_S)


def test_wait_says_when_it_takes_too_long() -> None:
    go_on = threading.Event()
    worker = Worker("test")
    worker.do(lambda: go_on.wait(LONG_S))
    assert not worker.wait(0.0)
    go_on.set()
    assert worker.wait(LONG_S)
    assert worker.close(LONG_S)


def test_what_waits_at_the_end_is_not_done() -> None:
    begun, go_on = threading.Event(), threading.Event()
    done: list[int] = []
    worker = Worker("test")

    def first() -> None:
        begun.set()
        go_on.wait(LONG_S)

    worker.do(first)
    worker.do(lambda: done.append(1))
    assert begun.wait(LONG_S)
    assert not worker.close()
    go_on.set()
    assert worker.close(LONG_S)
    worker.do(lambda: done.append(2))
    assert worker.wait(LONG_S)
    assert done == []


def test_without_a_job_there_is_no_thread() -> None:
    before = threading.active_count()
    worker = Worker("test")
    assert threading.active_count() == before
    assert worker.close()


def test_a_job_can_close_its_own_worker() -> None:
    worker = Worker("test")
    closed: list[bool] = []
    worker.do(lambda: closed.append(worker.close(LONG_S)))
    assert worker.wait(LONG_S)
    assert closed == [True]
