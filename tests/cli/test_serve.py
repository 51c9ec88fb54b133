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


@pytest.mark.parametrize(
    ("options", "cause"),
    [
        (["n_ctx=5"], "should not be less than 256"),
        (["models=odd=/m.gguf"], "models has no tier odd"),
        (["model_path=/a", "models=fast=/b"], "models and model_path are both set"),
    ],
)
def test_settings_that_the_extension_refuses_are_one_sentence(
    options: list[str], cause: str
) -> None:
    given = [f"--LLMChatApp.{each}" for each in options]
    done = subprocess.run(
        [*SERVE, "--", *given], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (FAILED, "")
    assert done.stderr.startswith("error: The server extension cannot use its settings")
    assert cause in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_extension_that_is_broken_is_told_with_its_traceback() -> None:
    code = (
        "from jupyter_llmchat.server.app import LLMChatApp\n"
        "def broken(app): raise RuntimeError('a bug')\n"
        "LLMChatApp.new_services = broken\n"
        "from jupyter_llmchat.cli import main\n"
        "raise SystemExit(main(['serve']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (FAILED, "")
    assert "RuntimeError: a bug" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("error: The server extension could")


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
