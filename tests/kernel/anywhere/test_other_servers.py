"""Kernels at servers that somebody else has started."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

import pytest

from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.kernel.discover import find_server
from tests.server.served import served

from .conftest import ANSWER, Nowhere, within
from .hub_server import USER
from .notebook_kernel import notebook_kernel

pytestmark = pytest.mark.timeout(180)

QUESTION = "%%chat\nHow many?"


def test_a_kernel_at_a_server_that_passes_on(
    nowhere: Nowhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        served(tmp_path, name="keeper") as keeper,
        ChatClient(keeper) as at_keeper,
    ):
        within(lambda: at_keeper.status().store.kind == "file")
        with served(tmp_path, name="follower") as follower:
            with ChatClient(follower) as at_follower:
                within(lambda: at_follower.status().keeper_pid == keeper.pid)
            runtime = tmp_path / "runtime-follower"
            monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(runtime))
            with notebook_kernel() as kernel:
                assert kernel.run(QUESTION).startswith(ANSWER)
            (session,) = at_keeper.sessions()
            question, answer = at_keeper.messages(session.id)
            assert (question.text, answer.text) == ("How many?", ANSWER)
    assert nowhere.servers() == []


def test_a_kernel_on_a_hub(
    nowhere: Nowhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, prefix = secrets.token_hex(16), f"/user/{USER}/"
    monkeypatch.setenv("JUPYTERHUB_USER", USER)
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", token)
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", prefix)
    with served(tmp_path, module="tests.kernel.anywhere.hub_server") as server:
        (listed,) = (tmp_path / "runtime-one").glob("jpserver-*.json")
        assert json.loads(listed.read_text())["token"] == ""
        url = server.url.replace("127.0.0.1", "0.0.0.0")
        monkeypatch.setenv("JUPYTERHUB_SERVICE_URL", url)
        # The folder that lists it need not be that of the kernel.
        found = find_server()
        assert found is not None
        assert (found.url, found.token) == (server.url, token)
        with notebook_kernel() as kernel:
            assert kernel.run(QUESTION).startswith(ANSWER)
        with ChatClient(found) as client:
            assert client.usage().user == USER
            assert len(client.sessions()) == 1
    assert nowhere.servers() == []


def test_a_hub_whose_server_does_not_have_us(
    nowhere: Nowhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "of the hub")
    monkeypatch.setenv("JUPYTERHUB_SERVICE_URL", "http://127.0.0.1:9/user/ada/")
    with notebook_kernel() as kernel:
        assert kernel.run(QUESTION).startswith(ANSWER)
    assert len(nowhere.servers()) == 1


@pytest.mark.parametrize("variable", ["JUPYTER_TOKEN", "JUPYTER_PORT"])
def test_what_another_server_was_told_does_not_matter(
    nowhere: Nowhere, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "1")
    with notebook_kernel() as kernel:
        assert kernel.run(QUESTION).startswith(ANSWER)
    assert os.environ[variable] == "1"
