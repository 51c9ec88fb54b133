"""The magics in a real kernel, with real servers that come and go."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.kernel.discover import ServerAddress
from tests.server.paced_server import FIRST
from tests.server.served import served

from .cells import wait_for

pytestmark = pytest.mark.timeout(180)

WAIT_S = 60.0
PACED = "tests.server.paced_server"
WHOLE = "Forty-two."


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it exists, answers go on behind their first words."""
    monkeypatch.setenv("LLMCHAT_TEST_GO", str(tmp_path / "go"))
    return tmp_path / "go"


@pytest.fixture
def server(tmp_path: Path, go: Path) -> Iterator[ServerAddress]:
    with served(tmp_path, module=PACED) as address:
        yield address


class Kernel:
    """A kernel and the front end that it belongs to."""

    def __init__(self) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel()
        self._front_end: BlockingKernelClient | None = None

    def front_end(self) -> BlockingKernelClient:
        client = self.manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=WAIT_S)
        self._front_end = client
        return client

    def run(
        self, code: str, on_text: Callable[[str], object] = lambda text: None
    ) -> str:
        """The text that the cell shows in the end."""
        shown: dict[str, str] = {}

        def take(message: dict[str, Any]) -> None:
            content = message["content"]
            if message["msg_type"] in ("display_data", "update_display_data"):
                name = content["transient"].get("display_id", str(len(shown)))
                shown[name] = content["data"]["text/plain"]
                on_text(shown[name])

        assert self._front_end is not None
        reply = self._front_end.execute_interactive(
            code, output_hook=take, timeout=WAIT_S
        )
        assert reply["content"]["status"] == "ok", reply["content"]
        return "\n".join(shown.values())

    def restart(self) -> None:
        if self._front_end is not None:
            self._front_end.stop_channels()
        self.manager.restart_kernel(now=True)
        self.front_end()

    def close(self) -> None:
        if self._front_end is not None:
            self._front_end.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(
    tmp_path: Path, server: ServerAddress, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Kernel]:
    monkeypatch.setenv("LLMCHAT_URL", server.url)
    monkeypatch.setenv("LLMCHAT_TOKEN", server.token)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    kernel = Kernel()
    kernel.front_end()
    kernel.run("%load_ext jupyter_llmchat")
    yield kernel
    kernel.close()


def once(action: Callable[[], object]) -> Callable[[str], None]:
    """Acts when the first words are shown."""
    done = threading.Event()

    def on_text(text: str) -> None:
        if FIRST in text and not done.is_set():
            done.set()
            action()

    return on_text


def test_stop_is_told_to_the_server_and_the_next_question_is_answered(
    kernel: Kernel, server: ServerAddress, go: Path
) -> None:
    text = kernel.run("%%chat\nWhy?", once(kernel.manager.interrupt_kernel))
    assert text.startswith(f"{FIRST}\n\n[")
    assert "stopped by you" in text
    with ChatClient(server) as client:
        (session,) = client.sessions()
        answer = client.messages(session.id)[-1]
        assert (answer.text, answer.state) == (FIRST, "cancelled")
    go.touch()
    assert kernel.run("%chat Why?") == WHOLE


def test_an_answer_outlives_its_kernel(
    kernel: Kernel, server: ServerAddress, go: Path
) -> None:
    def lose() -> None:
        kernel.manager.signal_kernel(signal.SIGKILL)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        kernel.run("%%chat\nWhy?", once(lose))
    go.touch()
    with ChatClient(server) as client:
        (session,) = client.sessions()
        wait_for(lambda: client.messages(session.id)[-1].state == "complete")
    kernel.restart()
    kernel.run("%load_ext jupyter_llmchat")
    assert session.id[:8] in kernel.run("%chat sessions")
    kernel.run(f"%chat use {session.id}")
    assert kernel.run("%chat history").endswith(f"\n{WHOLE}")


def test_a_server_that_is_restarted_is_told_and_asked_again(
    tmp_path: Path, go: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime-one"))
    for name in ("LLMCHAT_URL", "LLMCHAT_TOKEN", "JPY_PARENT_PID"):
        monkeypatch.delenv(name, raising=False)
    with ExitStack() as stack:
        address = stack.enter_context(served(tmp_path, module=PACED))
        assert address.pid is not None
        kernel = Kernel()
        stack.callback(kernel.close)
        kernel.front_end()
        kernel.run("%load_ext jupyter_llmchat")
        end = partial(os.kill, address.pid, signal.SIGKILL)
        text = kernel.run("%%chat\nWhy?", once(end))
        said = text.removeprefix(f"{FIRST}\n\n")
        assert said.startswith("Error: ")
        assert len(said.splitlines()) == 2
        go.touch()
        stack.enter_context(served(tmp_path, module=PACED))
        assert kernel.run("%chat Why?") == WHOLE
        history = kernel.run("%chat history")
        assert f"interrupted\n{FIRST}" in history
        assert history.endswith(f"\n{WHOLE}")
