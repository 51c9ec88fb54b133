from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_llmchat.cli.checks.finding import Finding, fail, ok, warn
from jupyter_llmchat.cli.doctor import Checks, all_checks, report

Capture = pytest.CaptureFixture[str]
GOOD: Checks = {"one": lambda: ok("Fine."), "two": lambda: warn("Slow.", "Wait.")}
BAD: Checks = {**GOOD, "three": lambda: fail("Broken.", "Mend it.")}


def test_a_warning_is_no_failure(capsys: Capture) -> None:
    assert report(GOOD, as_json=False) == 0
    assert capsys.readouterr().out.splitlines() == [
        "OK    one            Fine.",
        "WARN  two            Slow.",
        "                     → Wait.",
    ]


def test_one_failure_is_the_exit_status(capsys: Capture) -> None:
    assert report(BAD, as_json=False) == 1
    assert "FAIL  three          Broken." in capsys.readouterr().out


def test_json_has_the_same_in_order(capsys: Capture) -> None:
    assert report(BAD, as_json=True) == 1
    assert json.loads(capsys.readouterr().out) == {
        "ok": False,
        "checks": [
            {"name": "one", "state": "ok", "message": "Fine.", "action": ""},
            {"name": "two", "state": "warn", "message": "Slow.", "action": "Wait."},
            {
                "name": "three",
                "state": "fail",
                "message": "Broken.",
                "action": "Mend it.",
            },
        ],
    }


def test_a_check_that_breaks_is_a_failure_of_its_own(capsys: Capture) -> None:
    def broken() -> Finding:
        raise RuntimeError("no such thing")

    assert report({"odd": broken, **GOOD}, as_json=False) == 1
    out = capsys.readouterr().out
    assert "could not be checked: RuntimeError: no such thing." in out
    assert "Fine." in out


def test_another_model_can_be_checked() -> None:
    finding = all_checks("/nowhere/model.gguf")["model"]()
    assert (finding.state, finding.message) == (
        "fail",
        "There is no model /nowhere/model.gguf.",
    )


def test_several_models_are_weighed(tmp_path: Path) -> None:
    assert "tiers" not in all_checks()
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "jupyter_server_config.py").write_text(
        "c.LLMChatApp.models = {'fast': '', 'complex': ''}\n"
        "c.LLMChatApp.models_memory_mb = 300\n"
    )
    finding = all_checks()["tiers"]()
    assert (finding.state, "complex 0.3 GB" in finding.message) == ("warn", True)


def test_the_whole_as_a_program_sees_it() -> None:
    command = [sys.executable, "-m", "jupyter_llmchat", "doctor", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    said = json.loads(done.stdout)
    assert done.stderr == ""
    assert done.returncode == (0 if said["ok"] else 1)
    assert [each["name"] for each in said["checks"]] == [
        *("python", "processor", "library", "configuration", "model"),
        *("self-test", "speed", "memory", "store", "extension", "server"),
    ]
    for each in said["checks"]:
        assert each["state"] in ("ok", "warn", "fail") and each["message"]
        assert bool(each["action"]) == (each["state"] != "ok")
