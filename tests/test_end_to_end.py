"""A real server process with the embedded model, asked over real connections."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jupyter_core.paths import jupyter_runtime_dir

from jupyter_llmchat.errors import LLMChatError
from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.kernel.discover import ServerAddress
from jupyter_llmchat.protocol.events import (
    Chunk,
    Complete,
    Decision,
    Error,
    Quality,
    TurnEvent,
)

pytestmark = [pytest.mark.model, pytest.mark.timeout(180)]

LONG = (
    "Write a comprehensive study plan for learning machine learning in six months"
    " with resources, milestones and projects."
)
"""Answered in three stages, several seconds even on a fast machine."""

SERVE = (sys.executable, "-m", "jupyter_llmchat", "serve")
QUICK = ("--LLMChatApp.self_test=False", "--LLMChatApp.calibrate=False")
"""What is done once a model and machine is not done for every test."""

Serve = Callable[[], "Served"]


class Served:
    """A server process and a client of it."""

    def __init__(self, folder: Path) -> None:
        environment = os.environ | {"LLMCHAT_DATA_DIR": str(folder)}
        self.process = subprocess.Popen(
            [*SERVE, "--", *QUICK],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.address = self._address()
        self.client = ChatClient(self.address)

    def _address(self) -> ServerAddress:
        file = Path(jupyter_runtime_dir()) / f"jpserver-{self.process.pid}.json"
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if file.exists() and (text := file.read_text()):
                info = json.loads(text)
                return ServerAddress(url=info["url"], token=info["token"])
            time.sleep(0.05)
        raise AssertionError("the server did not start")

    def worker_pid(self) -> int:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            model = self.client.status().model
            if model.state == "ready" and model.pid is not None:
                return model.pid
            time.sleep(0.05)
        raise AssertionError("the model was not ready")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def close(self) -> None:
        self.client.close()
        self.process.terminate()
        self.process.wait(30)


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Starts servers over one data folder; the last one is stopped at the end."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    started: list[Served] = []

    def start() -> Served:
        started.append(Served(tmp_path / "data"))
        return started[-1]

    yield start
    for each in started:
        each.close()


def _heard(events: Iterator[TurnEvent], seconds: float) -> tuple[str, list[str]]:
    """Listens for a while: the turn's id, and the text after each chunk."""
    said = [""]
    end = time.monotonic() + seconds
    for event in events:
        if isinstance(event, Chunk):
            said.append(said[-1] + event.text)
            if time.monotonic() > end:
                return event.turn_id, said
    raise AssertionError(f"the answer ended after {said[-1]!r}")


def test_a_server_killed_in_the_middle_of_an_answer_has_lost_nothing(
    serve: Serve,
) -> None:
    first = serve()
    worker = first.worker_pid()
    session = first.client.create_session("")
    events = iter(first.client.ask(session.id, LONG))
    _, before = _heard(events, 0.5)
    _, after = _heard(events, 1.2)
    first.kill()
    second = serve()
    question, answer = second.client.messages(session.id)
    assert question.text == LONG
    assert answer.state == "interrupted"
    # Text is stored at least every second: what was shown before that is there.
    assert len(after) > 2
    assert answer.text.startswith(before[-1].strip())
    assert not _alive(worker), "the worker outlived its server"
    (kept,) = second.client.sessions()
    assert LONG.startswith(kept.title)


def _alive(pid: int) -> bool:
    end = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > end:
            return True
        time.sleep(0.05)
    return False


def test_a_worker_killed_in_the_middle_of_an_answer_costs_its_remainder_only(
    serve: Serve,
) -> None:
    served = serve()
    worker = served.worker_pid()
    session = served.client.create_session("")
    events = iter(served.client.ask(session.id, LONG))
    _, said = _heard(events, 0.3)
    os.kill(worker, signal.SIGKILL)
    *_, last = events
    assert isinstance(last, Error)
    assert last.code == "worker_lost"
    assert last.hint
    (_, answer) = served.client.messages(session.id)
    assert answer.state == "interrupted"
    assert answer.text.startswith(said[-1].strip())
    again = list(served.client.ask(session.id, "What is 2+2?"))
    assert isinstance(again[-1], Complete)


def test_an_answer_is_stopped_by_cancel_and_the_model_is_free_at_once(
    serve: Serve,
) -> None:
    served = serve()
    served.worker_pid()
    session = served.client.create_session("")
    events = iter(served.client.ask(session.id, LONG))
    turn_id, _ = _heard(events, 0.3)
    assert served.client.cancel(turn_id)
    *_, last = events
    assert isinstance(last, Complete)
    assert last.finish_reason == "cancelled"
    again = list(served.client.ask(session.id, "What does len() do?"))
    assert isinstance(again[-1], Complete)
    decisions = [each for each in again if isinstance(each, Decision)]
    assert decisions[0].name == "strategy"
    assert decisions[0].chosen == "simple"
    stored = served.client.turn(again[0].turn_id)
    assert stored.strategy == "simple"
    assert [(each.name, each.options) for each in stored.decisions] == [
        (each.name, each.options) for each in decisions
    ]
    # A busy machine may leave the judge no time; what is told and what is kept agree.
    judged = [each.score for each in again if isinstance(each, Quality)]
    assert ([stored.quality.score] if stored.quality else []) == judged


def test_a_wrong_token_is_told_in_one_sentence(serve: Serve) -> None:
    served = serve()
    wrong = ChatClient(ServerAddress(url=served.address.url, token="wrong"))
    with pytest.raises(LLMChatError) as caught:
        wrong.status()
    assert caught.value.hint
    wrong.close()
