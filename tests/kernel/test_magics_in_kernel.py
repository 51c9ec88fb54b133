"""%%chat in a real kernel process, asked and interrupted as a notebook does it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from jupyter_llmchat.protocol import codec, sse
from jupyter_llmchat.protocol.resources import Cancelled, SessionList

from .builders import (
    TURN,
    answer,
    begin,
    chunk,
    complete,
    numbered,
    session,
    start,
)
from .scripted_server import Reply, ScriptedServer, as_json, stream

WAIT_S = 30.0
ASK = "POST sessions/session1/ask"


@pytest.fixture
def kernel(
    server: ScriptedServer,
    runtime_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[KernelManager]:
    monkeypatch.setenv("LLMCHAT_URL", server.url)
    monkeypatch.setenv("LLMCHAT_TOKEN", server.token)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    yield manager
    manager.shutdown_kernel(now=True)


@pytest.fixture
def front_end(kernel: KernelManager) -> Iterator[BlockingKernelClient]:
    client = kernel.client()
    client.start_channels()
    client.wait_for_ready(timeout=WAIT_S)
    yield client
    client.stop_channels()


class Cell:
    """One execution: its reply and what it has shown."""

    def __init__(self) -> None:
        self.shown: list[dict[str, str]] = []
        self.on_update: Callable[[str], object] = lambda text: None

    def run(self, front_end: BlockingKernelClient, code: str) -> dict[str, Any]:
        reply = front_end.execute_interactive(
            code, output_hook=self._take, timeout=WAIT_S
        )
        return dict(reply["content"])

    def _take(self, message: dict[str, Any]) -> None:
        if message["msg_type"] in ("display_data", "update_display_data"):
            self.shown.append(message["content"]["data"])
            self.on_update(self.shown[-1]["text/plain"])


def test_ask_interrupt_and_ask_again(
    server: ScriptedServer, kernel: KernelManager, front_end: BlockingKernelClient
) -> None:
    stop = threading.Event()
    events = numbered(start(), begin("core"), chunk("Half"), complete("cancelled"))

    def until_cancelled() -> Iterator[bytes]:
        yield from (sse.frame(event) for event in events[:-1])
        assert stop.wait(WAIT_S)
        yield sse.frame(events[-1])

    def cancelled() -> Iterator[bytes]:
        stop.set()
        yield codec.encode(Cancelled(stopping=True))

    server.on(ASK, Reply(pieces=until_cancelled()), stream(answer("Because.")))
    server.on(
        f"POST turns/{TURN}/cancel",
        Reply(pieces=cancelled(), content_type="application/json"),
    )
    Cell().run(front_end, "%load_ext jupyter_llmchat")

    first = Cell()
    pressed = threading.Event()

    def press_stop_once(text: str) -> None:
        if "Half" in text and not pressed.is_set():
            pressed.set()
            kernel.interrupt_kernel()

    first.on_update = press_stop_once
    assert first.run(front_end, "%%chat\nWhy?")["status"] == "ok"
    assert stop.is_set()
    assert first.shown[-1]["text/plain"].startswith("Half\n\n[")
    assert "stopped by you" in first.shown[-1]["text/html"]

    second = Cell()
    assert second.run(front_end, "%%chat\nWhy?")["status"] == "ok"
    assert second.shown[-1]["text/plain"] == "Because."
    assert len(server.asked("POST sessions")) == 1


def test_server_that_is_gone(
    server: ScriptedServer, front_end: BlockingKernelClient
) -> None:
    server.replies.clear()
    cell = Cell()
    Cell().run(front_end, "%load_ext jupyter_llmchat")
    assert cell.run(front_end, "%%chat\nWhy?")["status"] == "ok"
    assert cell.shown[-1]["text/plain"].startswith("Error: The server at http://")


def test_tab_completes_behind_the_magics(
    server: ScriptedServer, front_end: BlockingKernelClient
) -> None:
    tea = SessionList(sessions=(session("s9", "green tea"),))
    server.on("GET sessions", as_json(tea))
    Cell().run(front_end, "%load_ext jupyter_llmchat")
    found = {
        line: completions(front_end, line)
        for line in (
            "x\n%chat deci",
            "%%chat --dead",
            "%%chat -t 0 -s gr",
            "%chat use ",
        )
    }
    assert found == {
        "x\n%chat deci": (["decisions"], 8),
        "%%chat --dead": (["--deadline"], 7),
        "%%chat -t 0 -s gr": (['"green tea"'], 15),
        "%chat use ": (['"green tea"'], 10),
    }


def completions(front_end: BlockingKernelClient, line: str) -> tuple[list[str], int]:
    """What Tab offers at the end, and which place in the cell that begins at."""
    content = front_end.complete(line, len(line), reply=True, timeout=WAIT_S)["content"]
    return content["matches"], content["cursor_start"]


def test_code_becomes_the_next_cell(
    server: ScriptedServer, front_end: BlockingKernelClient
) -> None:
    server.on(ASK, stream(answer("```python\nx = 1\n```")))
    Cell().run(front_end, "%load_ext jupyter_llmchat")
    reply = Cell().run(front_end, "%chat --code How is x set?")
    (payload,) = reply["payload"]
    assert (payload["source"], payload["text"]) == ("set_next_input", "x = 1")
    assert payload["replace"] is False


def test_a_bad_option_is_one_line(front_end: BlockingKernelClient) -> None:
    Cell().run(front_end, "%load_ext jupyter_llmchat")
    reply = Cell().run(front_end, "%chat --dedline 5 Why?")
    assert reply["ename"] == "UsageError"
    assert "Did you mean --deadline?" in reply["evalue"]


def test_a_running_server_is_told_of_each_cell(
    server: ScriptedServer, front_end: BlockingKernelClient
) -> None:
    route = "POST sessions/session1/prepare"
    server.on(route, Reply(202, b"{}"))
    server.on(ASK, stream(answer("Because.")))
    for code in ("%load_ext jupyter_llmchat", "x = 20", "1 / 0", "x + 1"):
        Cell().run(front_end, code)
    names = ["In [2]", "In [3]", "In [4]"]
    end = time.monotonic() + WAIT_S
    while not (told := server.asked(route)) or _names(told[-1].body) != names:
        assert time.monotonic() < end
        time.sleep(0.02)
    last = json.loads(told[-1].body)["context"][2]
    assert last == {"kind": "notebook", "name": "In [4]", "text": "x + 1\nOut: 21"}
    Cell().run(front_end, "%%chat\nWhy?")
    (asked,) = server.asked(ASK)
    assert _names(asked.body) == names


def _names(body: bytes) -> list[str]:
    """Of the cells that went along."""
    parts = json.loads(body)["context"]
    return [part["name"] for part in parts if part["kind"] == "notebook"]
