from __future__ import annotations

import json

import msgspec
import pytest

from jupyter_llmchat.cli import FAILED, address, main, status
from jupyter_llmchat.protocol.resources import ModelStatus, TierStatus

from .fakes import ADDRESS, FakeClient
from .fakes import status as recorded


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "ChatClient", FakeClient())
    monkeypatch.setattr(address, "find_server", lambda: ADDRESS)


@pytest.mark.usefixtures("running")
def test_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "server  http://127.0.0.1:8888/ (version 1.2.3)",
        "model   ready: tiny, 2 threads",
        "store   /data/chat.duckdb",
        "turns   1 running, 0 waiting",
    ]


@pytest.mark.usefixtures("running")
def test_what_the_models_self_test_has_found_is_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = recorded()
    model = msgspec.structs.replace(whole.model, profile="Decides well.")
    told = msgspec.structs.replace(whole, model=model)
    monkeypatch.setattr(FakeClient, "status", lambda self: told)
    assert main(["status"]) == 0
    assert capsys.readouterr().out.splitlines()[1:3] == [
        "model   ready: tiny, 2 threads",
        "tested  Decides well.",
    ]


@pytest.mark.usefixtures("running")
def test_each_of_several_models_is_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = recorded()
    later = ModelStatus(state="stopped", name="big", detail="Loaded when needed.")
    tested = msgspec.structs.replace(whole.model, profile="Decides well.")
    tiers = (
        TierStatus(tier="fast", model=tested, users=0),
        TierStatus(tier="complex", model=later, users=0),
    )
    told = msgspec.structs.replace(whole, tiers=tiers)
    monkeypatch.setattr(FakeClient, "status", lambda self: told)
    assert main(["status"]) == 0
    assert capsys.readouterr().out.splitlines()[1:4] == [
        "model   fast, ready: tiny, 2 threads",
        "tested  Decides well.",
        "model   complex, stopped: big - Loaded when needed.",
    ]


@pytest.mark.usefixtures("running")
def test_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--json"]) == 0
    out = capsys.readouterr().out
    assert json.loads(out)["url"] == "http://127.0.0.1:8888/"
    assert json.loads(out)["model"]["state"] == "ready"
    assert "secret" not in out


def test_no_server_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == FAILED
    assert capsys.readouterr() == (
        "",
        "error: No Jupyter server with jupyter_llmchat is running. "
        "Start one: jupyter llmchat serve\n",
    )
