from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_llmchat.errors import LLMChatError, ServerUnreachable
from jupyter_llmchat.kernel import headless
from jupyter_llmchat.kernel.discover import ServerAddress
from jupyter_llmchat.kernel.headless import find_or_start, start_server

FAKE_SERVE = """
import http.server, json, os, pathlib, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"version": "0.1", "protocol": 1}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
folder = pathlib.Path(os.environ["JUPYTER_RUNTIME_DIR"])
with open(folder / "starts", "a") as starts:
    starts.write(f"{os.getpid()}\\n")
info = {"pid": os.getpid(), "port": server.server_address[1], "token": "t",
        "hostname": "127.0.0.1"}
part = folder / "part"
part.write_text(json.dumps(info))
part.rename(folder / f"jpserver-{os.getpid()}.json")
print("parent:", os.environ.get("JPY_PARENT_PID"), "session:", os.getsid(0))
sys.stdout.flush()
server.serve_forever()
"""


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


@pytest.fixture
def starts(runtime_dir: Path) -> Iterator[Path]:
    """Lists the pids of the servers started; they are ended after the test."""
    path = runtime_dir / "starts"
    yield path
    for pid in pids(path):
        os.kill(pid, signal.SIGKILL)


def pids(starts: Path) -> list[int]:
    return [int(line) for line in starts.read_text().split()] if starts.exists() else []


def test_starts_a_server_of_its_own_session(
    runtime_dir: Path, starts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPY_PARENT_PID", "1")
    address = start_server(python(FAKE_SERVE))
    assert [address.pid] == pids(starts)
    log = runtime_dir / "llmchat-serve.log"
    assert log.read_text().startswith(f"parent: None session: {address.pid}")
    assert log.stat().st_mode & 0o777 == 0o600


def test_several_starters_start_one_server(starts: Path) -> None:
    found: list[ServerAddress] = []
    threads = [
        threading.Thread(target=lambda: found.append(start_server(python(FAKE_SERVE))))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert {address.pid for address in found} == set(pids(starts))
    assert len(pids(starts)) == 1


def test_running_server_is_shared(starts: Path) -> None:
    said: list[str] = []
    first = start_server(python(FAKE_SERVE))
    assert find_or_start(said.append) == first
    assert said == []


def test_the_user_is_told_that_a_start_takes_time(
    starts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(
        headless, "start_server", lambda: ServerAddress(url="http://a/")
    )
    find_or_start(said.append)
    assert "Starting a Jupyter server" in said[0]


def test_server_that_ends_at_once(runtime_dir: Path) -> None:
    code = (
        "print('Traceback'); print('port taken ?token=abc123\\n'); raise SystemExit(3)"
    )
    with pytest.raises(ServerUnreachable) as caught:
        start_server(python(code))
    message = caught.value.message
    assert message.endswith("(exit status 3): port taken ?token=…")
    assert str(runtime_dir / "llmchat-serve.log") in caught.value.hint


def test_server_that_says_nothing(runtime_dir: Path) -> None:
    with pytest.raises(ServerUnreachable, match="it said nothing"):
        start_server(python("raise SystemExit(1)"))


def test_server_that_never_answers_is_ended(runtime_dir: Path, starts: Path) -> None:
    code = f"""
import os, pathlib, time
pathlib.Path({str(starts)!r}).write_text(str(os.getpid()))
print('loading', flush=True)
time.sleep(60)
"""
    with pytest.raises(ServerUnreachable, match="did not answer in time"):
        start_server(python(code), timeout_s=1.0)
    (pid,) = pids(starts)
    starts.unlink()
    wait_until_gone(pid)


def wait_until_gone(pid: int) -> None:
    gone = threading.Event()
    for _ in range(500):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        gone.wait(0.02)
    pytest.fail(f"process {pid} still runs")


def test_program_that_is_missing(runtime_dir: Path) -> None:
    with pytest.raises(ServerUnreachable, match="could be started"):
        start_server(("/no/such/python", "serve"))


def test_starter_that_hangs_is_not_waited_for(runtime_dir: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    with (runtime_dir / "llmchat-serve.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(LLMChatError, match=r"llmchat-serve\.lock"):
            start_server(python(FAKE_SERVE), timeout_s=0.3)


def test_a_folder_that_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "file" / "runtime"))
    with pytest.raises(ServerUnreachable, match="could be started") as caught:
        start_server(python(FAKE_SERVE))
    assert "JUPYTER_RUNTIME_DIR" in caught.value.hint
