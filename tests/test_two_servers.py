"""Two real Jupyter servers of one user: one keeps the data, the other passes on."""

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
from tornado.websocket import WebSocketClientConnection, websocket_connect

from jupyter_llmchat.errors import StoreUnavailable
from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.kernel.discover import ServerAddress
from jupyter_llmchat.protocol.codec import encode
from jupyter_llmchat.protocol.events import Chunk, Complete, TurnEvent
from jupyter_llmchat.protocol.requests import Ask, Resume
from jupyter_llmchat.protocol.resources import Status

from .server.paced_server import FIRST, REST

pytestmark = pytest.mark.timeout(180)

WHOLE = "".join((FIRST, *REST))
LONG_S = 40.0
"""No wait is longer; reaching it is a failure, never a measurement."""


class Server:
    """A server process and a client of it."""

    def __init__(self, folder: Path) -> None:
        environment = os.environ | {
            "LLMCHAT_DATA_DIR": str(folder / "data"),
            "LLMCHAT_TEST_GO": str(folder / "go"),
        }
        with (folder / f"{time.monotonic_ns()}.log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.server.paced_server"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.client: ChatClient

    @property
    def pid(self) -> int:
        return self.process.pid

    def connect(self) -> None:
        file = Path(jupyter_runtime_dir()) / f"jpserver-{self.pid}.json"
        within(lambda: file.exists() and bool(file.read_text()))
        info = json.loads(file.read_text())
        address = ServerAddress(url=info["url"], token=info["token"])
        self.client = ChatClient(address)

    def status(self) -> Status:
        return self.client.status()

    def keeps_data(self) -> bool:
        status = self.status()
        return status.keeper_pid is None and status.store.kind == "file"

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        self.process.wait(30)

    def close(self) -> None:
        self.client.close()
        self.send(signal.SIGCONT)
        self.process.terminate()
        self.process.wait(30)


Start = Callable[[], Server]


def within(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG_S
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.05)


@pytest.fixture
def begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a server over one data folder without waiting for it."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    started: list[Server] = []

    def start() -> Server:
        started.append(Server(tmp_path))
        return started[-1]

    yield start
    for each in reversed(started):
        each.close()


@pytest.fixture
def start(begin: Start) -> Start:
    def connected() -> Server:
        server = begin()
        server.connect()
        within(lambda: server.status().store.kind == "file")
        return server

    return connected


@pytest.fixture
def keeper(start: Start) -> Server:
    return start()


@pytest.fixture
def follower(start: Start, keeper: Server) -> Server:
    return start()


def go_on(folder: Path) -> None:
    (folder / "go").touch()


def text_of(events: list[TurnEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Chunk))


def first_words(events: Iterator[TurnEvent]) -> list[TurnEvent]:
    heard: list[TurnEvent] = []
    for event in events:
        heard.append(event)
        if isinstance(event, Chunk):
            return heard
    raise AssertionError("the answer ended before it began")


def test_both_show_the_same_and_say_who_keeps_it(
    keeper: Server, follower: Server
) -> None:
    assert keeper.status().keeper_pid is None
    status = follower.status()
    assert status.keeper_pid == keeper.pid
    assert status.store.path == keeper.status().store.path
    assert f"process {keeper.pid}" in status.store.detail
    session = follower.client.create_session("From the second")
    assert keeper.client.sessions() == follower.client.sessions() == (session,)
    keeper.client.rename_session(session.id, "By the first")
    assert follower.client.sessions()[0].title == "By the first"
    follower.client.delete_session(session.id)
    assert keeper.client.sessions() == ()


def test_what_is_asked_of_one_is_heard_through_both(
    keeper: Server, follower: Server, tmp_path: Path
) -> None:
    session = follower.client.create_session()
    events = iter(follower.client.ask(session.id, "What is it?"))
    heard = first_words(events)
    assert keeper.status().turns_active == follower.status().turns_active == 1
    go_on(tmp_path)
    heard += events
    assert text_of(heard) == WHOLE
    assert isinstance(heard[-1], Complete)
    assert keeper.client.messages(session.id) == follower.client.messages(session.id)


def test_a_turn_is_stopped_through_the_other_server(
    keeper: Server, follower: Server
) -> None:
    session = keeper.client.create_session()
    events = iter(keeper.client.ask(session.id, "What is it?"))
    (*_, chunk) = first_words(events)
    assert follower.client.cancel(chunk.turn_id)
    (*_, last) = events
    assert isinstance(last, Complete)
    assert last.finish_reason == "cancelled"


def test_a_keeper_killed_in_the_middle_of_an_answer(
    keeper: Server, follower: Server, start: Start, tmp_path: Path
) -> None:
    session = follower.client.create_session("Kept")
    events = iter(follower.client.ask(session.id, "What is it?"))
    first_words(events)
    keeper.kill()
    (*_, last) = events
    assert isinstance(last, Complete)
    assert last.finish_reason == "interrupted"
    within(follower.keeps_data)
    assert [each.title for each in follower.client.sessions()] == ["Kept"]
    question, answer = follower.client.messages(session.id)
    assert (question.text, answer.state) == ("What is it?", "interrupted")
    go_on(tmp_path)
    again = list(follower.client.ask(session.id, "And now?"))
    assert text_of(again) == WHOLE
    back = start()
    assert back.status().keeper_pid == follower.pid
    assert back.client.messages(session.id) == follower.client.messages(session.id)


def test_of_two_that_start_at_once_one_keeps_the_data(begin: Start) -> None:
    servers = [begin(), begin()]
    for each in servers:
        each.connect()
    for each in servers:
        within(lambda each=each: each.status().store.kind == "file")
    by_pid = {each.pid: each.status().keeper_pid for each in servers}
    (keeper,) = [pid for pid, other in by_pid.items() if other is None]
    assert set(by_pid.values()) == {None, keeper}
    session = servers[0].client.create_session()
    assert servers[1].client.sessions() == (session,)


def test_a_keeper_that_ends_leaves_the_data_to_the_next(
    keeper: Server, follower: Server
) -> None:
    session = keeper.client.create_session("Kept")
    keeper.process.terminate()
    # Requests that come meanwhile wait instead of failing.
    while keeper.process.poll() is None:
        assert [each.title for each in follower.client.sessions()] == ["Kept"]
    assert follower.client.sessions() == (session,)
    within(follower.keeps_data)
    assert follower.client.create_session("New").id


def test_a_frozen_keeper_is_told_and_thaws(keeper: Server, follower: Server) -> None:
    session = follower.client.create_session()
    keeper.send(signal.SIGSTOP)
    within(lambda: f"process {keeper.pid}" in str(trouble_of(follower)))
    assert "does not answer" in follower.status().store.detail
    keeper.send(signal.SIGCONT)
    within(lambda: trouble_of(follower) is None)
    assert follower.client.sessions() == keeper.client.sessions() == (session,)


def test_a_frozen_keeper_that_is_killed_is_replaced(
    keeper: Server, follower: Server
) -> None:
    session = follower.client.create_session()
    keeper.send(signal.SIGSTOP)
    within(lambda: trouble_of(follower) is not None)
    keeper.kill()
    within(follower.keeps_data)
    assert follower.client.sessions() == (session,)


def trouble_of(server: Server) -> StoreUnavailable | None:
    try:
        server.client.sessions()
    except StoreUnavailable as error:
        return error
    return None


async def connected(server: Server) -> WebSocketClientConnection:
    address = server.client.address
    url = address.api.replace("http", "ws", 1)
    return await websocket_connect(f"{url}socket?token={address.token}")


async def frames(
    socket: WebSocketClientConnection, last: str
) -> list[dict[str, object]]:
    """Up to the first of a type."""
    heard: list[dict[str, object]] = []
    while not heard or heard[-1]["type"] != last:
        message = await socket.read_message()
        assert message is not None, heard
        heard.append(json.loads(message))
    return heard


async def test_a_websocket_is_passed_on(
    keeper: Server, follower: Server, tmp_path: Path
) -> None:
    session = follower.client.create_session()
    socket = await connected(follower)
    ask = Ask(session_id=session.id, client_message_id="c", question="What is it?")
    await socket.write_message(encode(ask))
    heard = await frames(socket, "chunk")
    go_on(tmp_path)
    heard += await frames(socket, "complete")
    assert [each["seq"] for each in heard] == list(range(len(heard)))
    other = await connected(keeper)
    turn_id = str(heard[0]["turn_id"])
    await other.write_message(encode(Resume(turn_id=turn_id, from_seq=0)))
    assert await frames(other, "complete") == heard
    await socket.write_message(b"no json")
    assert (await frames(socket, "refused"))[-1]["code"] == "bad_request"
    other.close()
    socket.close()


async def test_a_websocket_is_closed_when_its_keeper_is_killed(
    keeper: Server, follower: Server
) -> None:
    session = follower.client.create_session()
    socket = await connected(follower)
    ask = Ask(session_id=session.id, client_message_id="c", question="What is it?")
    await socket.write_message(encode(ask))
    heard = await frames(socket, "chunk")
    keeper.kill()
    while await socket.read_message() is not None:
        pass
    assert socket.close_code == 1012
    again = await connected(follower)
    turn_id = str(heard[0]["turn_id"])
    await again.write_message(encode(Resume(turn_id=turn_id, from_seq=0)))
    (*_, last) = await frames(again, "error")
    assert "interrupted" in str(last["message"])
    again.close()
    socket.close()
