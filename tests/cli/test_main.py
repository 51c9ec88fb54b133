from __future__ import annotations

import argparse
import subprocess
import sys

import pytest

from jupyter_llmchat import __version__
from jupyter_llmchat.cli import FAILED, INTERRUPTED, main, status
from jupyter_llmchat.errors import StoreUnavailable


def jupyter_llmchat(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "jupyter_llmchat", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_help_names_every_command() -> None:
    done = jupyter_llmchat("--help")
    assert (done.returncode, done.stderr) == (0, "")
    for command in ("ask", "models", "stats", "status", "doctor", "eval", "serve"):
        assert f"\n    {command} " in done.stdout


def test_an_unknown_command_is_refused_with_those_there_are() -> None:
    done = jupyter_llmchat("answer")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'answer'" in done.stderr and "'ask'" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_command_it_says_how_to_use_it() -> None:
    with pytest.raises(SystemExit) as left:
        main([])
    assert left.value.code == 2


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out == f"{__version__}\n"


def test_an_error_is_one_line_with_its_next_step(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(chosen: argparse.Namespace) -> int:
        raise StoreUnavailable("The disk\nis full.", "Free some space.")

    monkeypatch.setattr(status, "run", fail)
    assert main(["status"]) == FAILED
    assert capsys.readouterr() == ("", "error: The disk is full. Free some space.\n")


def test_ctrl_c_anywhere_is_quiet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(chosen: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(status, "run", interrupted)
    assert main(["status"]) == INTERRUPTED
    assert capsys.readouterr() == ("", "")
