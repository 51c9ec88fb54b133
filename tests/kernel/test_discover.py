from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_llmchat.errors import ServerUnreachable
from jupyter_llmchat.kernel.discover import (
    ServerAddress,
    explicit_address,
    find_server,
    hub_server,
)

from .scripted_server import Reply, ScriptedServer, running


def listing(server: ScriptedServer, pid: int, **changed: Any) -> dict[str, Any]:
    port = int(server.url.split(":")[2].split("/")[0])
    return {
        "pid": pid,
        "port": port,
        "hostname": "127.0.0.1",
        "base_url": "/base/",
        "token": server.token,
        "secure": False,
        "sock": "",
        "url": server.url,
        "version": "2.21.1",
        **changed,
    }


def write(folder: Path, entry: dict[str, Any], age_s: float = 0.0) -> None:
    path = folder / f"jpserver-{entry['pid']}.json"
    path.write_text(json.dumps(entry))
    when = path.stat().st_mtime - age_s
    os.utime(path, (when, when))


@pytest.fixture
def other_server() -> Iterator[ScriptedServer]:
    with running(ScriptedServer(token="other")) as server:
        yield server


@pytest.fixture
def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_no_running_server(runtime_dir: Path) -> None:
    assert find_server() is None


def test_running_server(runtime_dir: Path, server: ScriptedServer) -> None:
    write(runtime_dir, listing(server, os.getpid()))
    assert find_server() == ServerAddress(
        url=server.url, token="secret", pid=os.getpid()
    )


def test_server_that_listens_everywhere(
    runtime_dir: Path, server: ScriptedServer
) -> None:
    write(runtime_dir, listing(server, os.getpid(), hostname="0.0.0.0"))
    found = find_server()
    assert found is not None
    assert found.url == server.url


def test_dead_server_is_not_asked(
    runtime_dir: Path, server: ScriptedServer, dead_pid: int
) -> None:
    write(runtime_dir, listing(server, dead_pid))
    assert find_server() is None
    assert server.requests == []


def test_newest_first(
    runtime_dir: Path, server: ScriptedServer, other_server: ScriptedServer
) -> None:
    write(runtime_dir, listing(server, os.getpid()), age_s=0)
    write(runtime_dir, listing(other_server, 1), age_s=60)
    found = find_server()
    assert found is not None
    assert found.token == "secret"


@pytest.mark.parametrize("by_variable", [True, False])
def test_own_server_before_newer_ones(
    runtime_dir: Path,
    server: ScriptedServer,
    other_server: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
    by_variable: bool,
) -> None:
    if by_variable:
        monkeypatch.setenv("JPY_PARENT_PID", str(os.getppid()))
    write(runtime_dir, listing(other_server, os.getppid()), age_s=60)
    write(runtime_dir, listing(server, os.getpid()), age_s=0)
    found = find_server()
    assert found is not None
    assert found.token == "other"


def test_server_without_us_is_passed_over(
    runtime_dir: Path, server: ScriptedServer, other_server: ScriptedServer
) -> None:
    other_server.replies.clear()
    write(runtime_dir, listing(other_server, os.getppid()))
    write(runtime_dir, listing(server, os.getpid()), age_s=60)
    found = find_server()
    assert found is not None
    assert found.token == "secret"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"pid": "x"}', b'{"pid": 1}', b"\xff\xfe", b"null"]
)
def test_damaged_file_is_passed_over(runtime_dir: Path, content: bytes) -> None:
    (runtime_dir / "jpserver-1.json").write_bytes(content)
    assert find_server() is None


def test_unix_socket_is_passed_over(runtime_dir: Path, server: ScriptedServer) -> None:
    write(runtime_dir, listing(server, os.getpid(), sock="/run/jupyter.sock"))
    assert find_server() is None


@pytest.mark.parametrize("pid", [0, -1, 2**62])
def test_impossible_pid(runtime_dir: Path, server: ScriptedServer, pid: int) -> None:
    write(runtime_dir, listing(server, pid))
    assert find_server() is None


def test_explicit_server(
    runtime_dir: Path, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMCHAT_URL", server.url.rstrip("/"))
    monkeypatch.setenv("LLMCHAT_TOKEN", "secret")
    assert find_server() == ServerAddress(url=server.url, token="secret")


def test_token_may_stand_in_the_explicit_address() -> None:
    address = explicit_address("http://localhost:8888/base?token=abc#x", "")
    assert address == ServerAddress(url="http://localhost:8888/base/", token="abc")


def refused_address(server: ScriptedServer) -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"


def without_us(server: ScriptedServer) -> str:
    server.on("GET status", Reply(404, b"<html>"))
    return server.url


def of_a_page(server: ScriptedServer) -> str:
    return server.url + "lab/tree/tea.ipynb"


def of_another_version(server: ScriptedServer) -> str:
    server.on("GET status", Reply(body=b'{"version": "9.0", "protocol": 99}'))
    return server.url


@pytest.mark.parametrize(
    ("address", "token", "cause", "next_step"),
    [
        (lambda server: server.url, "wrong", "refuses the token", "LLMCHAT_TOKEN"),
        (refused_address, "secret", "No server answers", "unset LLMCHAT_URL"),
        (without_us, "secret", "does not run jupyter_llmchat", "Install"),
        (of_a_page, "secret", "does not run", "Leave out /lab/ and what follows"),
        (of_another_version, "secret", "9.0", "same version"),
        (lambda server: "localhost:8888", "", "not an http", "http://localhost"),
        (lambda server: "http://[x/", "", "not an http", "http://localhost"),
        (lambda server: "http://a:b/", "", "No server answers", "LLMCHAT_URL"),
    ],
)
def test_explicit_server_that_does_not_do(
    runtime_dir: Path,
    server: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
    address: Callable[[ScriptedServer], str],
    token: str,
    cause: str,
    next_step: str,
) -> None:
    monkeypatch.setenv("LLMCHAT_URL", address(server))
    monkeypatch.setenv("LLMCHAT_TOKEN", token)
    with pytest.raises(ServerUnreachable) as caught:
        find_server()
    assert cause in caught.value.message
    assert next_step in caught.value.hint


def test_certificates_are_checked_unless_the_server_is_ours() -> None:
    assert ServerAddress(url="https://a/").verify
    assert not ServerAddress(url="https://a/", pid=1).verify


ON_A_HUB = {
    "JUPYTERHUB_SERVICE_URL": "http://0.0.0.0:8888/user/ada/",
    "JUPYTERHUB_SERVICE_PREFIX": "/user/ada/",
    "JUPYTERHUB_API_TOKEN": "of the hub",
}


def test_a_hub_describes_the_server() -> None:
    url = "http://127.0.0.1:8888/user/ada/"
    expected = ServerAddress(url=url, token="of the hub")
    assert hub_server(ON_A_HUB) == expected
    assert hub_server(ON_A_HUB | {"JUPYTERHUB_SERVICE_PREFIX": ""}) == expected


@pytest.mark.parametrize(
    "changed",
    [
        {"JUPYTERHUB_SERVICE_URL": ""},
        {"JUPYTERHUB_SERVICE_URL": "http://[x/"},
        {"JUPYTERHUB_SERVICE_URL": "http://a:b/"},
        {"JUPYTERHUB_SERVICE_URL": "unix+http://%2Frun%2Fa"},
        {"JUPYTERHUB_API_TOKEN": ""},
    ],
)
def test_no_server_of_a_hub(changed: dict[str, str]) -> None:
    assert hub_server(ON_A_HUB | changed) is None


@pytest.mark.parametrize("is_reached", [True, False])
def test_the_hubs_server_comes_first(
    runtime_dir: Path,
    server: ScriptedServer,
    other_server: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
    is_reached: bool,
) -> None:
    write(runtime_dir, listing(other_server, os.getppid()))
    url = server.url if is_reached else refused_address(server)
    monkeypatch.setenv("JUPYTERHUB_SERVICE_URL", url)
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", server.token)
    found = find_server()
    assert found is not None
    assert found.url == (server.url if is_reached else other_server.url)
    assert {each.headers["authorization"] for each in other_server.requests} <= {
        f"token {other_server.token}"
    }
