from __future__ import annotations

import queue
import threading
from unittest import mock

import pytest

from jupyter_llmchat.kernel.preparation import Preparation

WAIT_S = 10.0
LONG_S = 1000.0


class Server:
    """Takes the newest state, one call at a time; `gate` holds it up."""

    def __init__(self) -> None:
        self.state = ""
        self.gate = threading.Event()
        self.gate.set()
        self.taken: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.active = 0
        self.most = 0
        self.failure: Exception | None = None

    def __call__(self) -> None:
        self.active += 1
        self.most = max(self.most, self.active)
        self.taken.put(self.state)
        self.gate.wait(WAIT_S)
        self.active -= 1
        if self.failure is not None:
            raise self.failure

    def next(self) -> str:
        return self.taken.get(timeout=WAIT_S)

    def tell(self, preparation: Preparation, state: str) -> None:
        self.state = state
        preparation.announce()


def threads() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if "llmchat" in each.name]


def ended(preparation: Preparation) -> bool:
    preparation.close()
    for each in threads():
        each.join(WAIT_S)
    return not threads()


def test_no_thread_until_there_is_news() -> None:
    server = Server()
    preparation = Preparation(server, quiet_s=0)
    assert threads() == []
    server.tell(preparation, "a")
    assert server.next() == "a"
    server.tell(preparation, "b")
    assert server.next() == "b"
    assert len(threads()) == 1
    assert ended(preparation)


def test_only_the_newest_is_sent_and_one_at_a_time() -> None:
    server = Server()
    preparation = Preparation(server, quiet_s=0.01)
    server.gate.clear()
    server.tell(preparation, "first")
    assert server.next() == "first"
    for number in range(100):
        server.tell(preparation, str(number))
    server.gate.set()
    assert server.next() == "99"
    assert ended(preparation)
    assert server.taken.empty()
    assert server.most == 1


def test_nothing_is_sent_before_it_is_quiet() -> None:
    server = Server()
    preparation = Preparation(server, quiet_s=LONG_S)
    server.tell(preparation, "a")
    server.tell(preparation, "b")
    assert ended(preparation)
    assert server.taken.empty()


def test_a_failure_ends_nothing_and_says_nothing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    server = Server()
    server.failure = ValueError("closed")
    preparation = Preparation(server, quiet_s=0)
    for text in ("a", "b"):
        server.tell(preparation, text)
        assert server.next() == text
    assert ended(preparation)
    assert capfd.readouterr() == ("", "")


def test_a_thread_that_an_interrupt_kept_from_starting_is_replaced() -> None:
    server = Server()
    preparation = Preparation(server, quiet_s=0)
    with (
        mock.patch.object(threading.Thread, "start", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        server.tell(preparation, "a")
    server.tell(preparation, "b")
    assert server.next() in ("a", "b")
    assert ended(preparation)


def test_a_forked_process_sends_nothing() -> None:
    server = Server()
    preparation = Preparation(server, quiet_s=0)
    with mock.patch("os.getpid", return_value=-1):
        server.tell(preparation, "a")
    assert threads() == []
    assert server.taken.empty()
