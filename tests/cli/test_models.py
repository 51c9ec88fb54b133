from __future__ import annotations

import json
from typing import Any

import pytest

from jupyter_llmchat.cli import FAILED, address, main, models
from jupyter_llmchat.errors import Conflict
from jupyter_llmchat.protocol.setup import Model, ModelList
from tests.protocol.samples import model

from .fakes import ADDRESS, FakeClient

BIG = model(
    tier="complex",
    name="big",
    state="stopped",
    detail="Loaded when it is needed.",
    warmth="cold",
    decides=False,
    threads=None,
    context_tokens=None,
    keep_alive_s=600.0,
)


class Machine(FakeClient):
    """A server with models; one that is being loaded takes `states` after another."""

    def __init__(self, *present: Model) -> None:
        super().__init__()
        self.present = {each.tier: each for each in present}
        self.states: list[tuple[str, str]] = []
        self.done: list[str] = []

    def models(self) -> ModelList:
        if self.states and self.done:
            self._set(self.done[-1].split()[1], *self.states.pop(0))
        return ModelList(models=(*self.present.values(),), memory_budget_bytes=8 << 30)

    def load_model(self, tier: str) -> Model:
        self.done.append(f"load {tier}")
        return self._set(tier, "starting", "The model is being loaded.")

    def unload_model(self, tier: str) -> Model:
        self.done.append(f"unload {tier}")
        return self._set(tier, "stopped", "Loaded when it is needed.")

    def _set(self, tier: str, state: str, detail: str) -> Model:
        changed = model(tier=tier, state=state, detail=detail)
        self.present[tier] = changed  # type: ignore[index]
        return changed


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(model(self_test="Decides well."), BIG)
    monkeypatch.setattr(models, "ChatClient", machine)
    monkeypatch.setattr(models, "LOOK_S", 0.0)
    monkeypatch.setattr(address, "find_server", lambda: ADDRESS)
    return machine


@pytest.mark.usefixtures("machine")
def test_the_models_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    head, fast, big, *notes = capsys.readouterr().out.splitlines()
    assert head.split()[:4] == ["tier", "model", "state", "prompts"]
    assert fast.split() == [
        *("fast", "tiny", "ready", "warm", "98", "MB", "1.2", "GB"),
        *("8192", "2", "0", "always"),
    ]
    assert big.split()[:4] == ["complex", "big", "stopped", "-"]
    assert big.split()[-2:] == ["10", "min"]
    assert "memory for all models: 8.6 GB" in notes
    assert "fast: decides about every question" in notes
    assert "fast: Decides well." in notes
    assert "complex: Loaded when it is needed." in notes


def test_one_model_is_not_said_to_decide(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.present = {"fast": model()}
    assert main(["models", "list"]) == 0
    assert "decides" not in capsys.readouterr().out


@pytest.mark.usefixtures("machine")
def test_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    def said(*arguments: str) -> Any:
        assert main(["models", *arguments, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    assert [each["tier"] for each in said()["models"]] == ["fast", "complex"]
    assert said("unload", "fast")["state"] == "stopped"


def test_loading_is_followed_to_its_end(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.states = [("starting", "Reading."), ("starting", "Reading."), ("ready", "")]
    assert main(["models", "load", "complex"]) == 0
    shown = capsys.readouterr()
    assert shown.out == "complex: tiny is loaded.\n"
    # Not a terminal: one line, not one for each look.
    assert shown.err == "complex: The model is being loaded. 0 s\n"
    assert machine.done == ["load complex"]


def test_on_a_terminal_the_line_is_written_over(
    machine: Machine,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine.states = [("starting", "Nearly."), ("ready", "")]
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert main(["models", "load", "complex"]) == 0
    err = capsys.readouterr().err
    assert err.startswith("\rcomplex: The model is being loaded. 0 s\rcomplex: Nearly.")
    assert err.endswith("\n")


def test_a_model_that_cannot_be_loaded_is_an_error(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.states = [("failed", "The file is damaged. Download it again.")]
    assert main(["models", "load", "complex"]) == FAILED
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "could not be loaded. The file is damaged." in shown.err


def test_one_model_needs_no_name(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "unload"]) == FAILED
    assert "Name the tier of one: fast, complex." in capsys.readouterr().err
    machine.present = {"fast": model()}
    assert main(["models", "unload"]) == 0
    assert capsys.readouterr().out == "fast: tiny is not loaded.\n"


def test_a_refusal_is_an_error(
    machine: Machine, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    def refuse(self: Machine, tier: str) -> Model:
        raise Conflict("The fast model is in use.", "Unload it later.")

    monkeypatch.setattr(Machine, "unload_model", refuse)
    assert main(["models", "unload", "fast"]) == FAILED
    assert capsys.readouterr().err == (
        "error: The fast model is in use. Unload it later.\n"
    )
