from __future__ import annotations

import signal
import socket
import subprocess
import sys

import pytest

from jupyter_llmchat.cli import FAILED, main
from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.kernel.discover import find_server

SERVE = (sys.executable, "-m", "jupyter_llmchat", "serve")


def test_a_port_in_use_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == FAILED
    assert capsys.readouterr().err == (
        f"error: Port {port} cannot be used: Address already in use. "
        "Choose another one with --port, or leave --port out.\n"
    )


@pytest.mark.parametrize(
    "option",
    [["--port", "65536"], ["--port", "x"], ["--idle-minutes", "-1"], ["--odd"]],
)
def test_odd_options_are_refused(option: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", *option])


def test_it_serves_until_it_is_told_to_end() -> None:
    # No such model: the server must run all the same, and say what is wrong.
    options = ["--", "--LLMChatApp.model_path=/nowhere/model.gguf"]
    with subprocess.Popen(
        [*SERVE, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            announced = server.stdout.readline()
            address = find_server()
            assert address is not None and address.pid == server.pid
            assert announced == f"Serving at {address.url}; Ctrl-C ends it.\n"
            assert address.url.startswith("http://127.0.0.1:")
            assert len(address.token) >= 32
            with ChatClient(address) as client:
                assert client.status().protocol == 1
            server.send_signal(signal.SIGINT)
            _, err = server.communicate(timeout=60)
        finally:
            server.kill()
    assert server.returncode == 0
    assert address.token not in announced + err
    assert find_server() is None
