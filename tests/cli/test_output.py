from __future__ import annotations

import json

import pytest

from jupyter_llmchat.cli.output import say, write_json


def test_a_message_is_one_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    say("Two\n lines,\t\x1b[2Jone escape.")
    assert capsys.readouterr() == ("", "Two lines, ␛[2Jone escape.\n")


def test_json_goes_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    write_json({"a": ["ü", None]})
    assert json.loads(capsys.readouterr().out) == {"a": ["ü", None]}
