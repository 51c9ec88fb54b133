"""What the tests here stand on: a JupyterLab to be stopped, and a model's words."""

from __future__ import annotations

import shutil
import urllib.error
from pathlib import Path

import pytest

from . import browser
from .lab import EMBEDDED, Lab
from .lab import lab as started_lab
from .script import CONCLUSION, STAGED, play


def said(lab: Lab, session: str) -> str:
    messages = lab.api(f"sessions/{session}/messages")["messages"]
    return str(messages[-1]["text"])


def test_it_answers_as_the_question_says(lab: Lab) -> None:
    assert said(lab, lab.answered("say:a <b>\n\nc")) == "a <b>\n\nc"


def test_it_starts_again_where_it_was(lab: Lab) -> None:
    session = lab.answered("say:kept")
    pid, url = lab.pid, lab.url
    lab.kill()
    with pytest.raises(urllib.error.URLError):
        lab.api("health")
    lab.start()
    assert (lab.url, said(lab, session)) == (url, "kept")
    assert lab.pid != pid


@pytest.mark.model
def test_it_can_have_the_embedded_model(tmp_path: Path) -> None:
    with started_lab(tmp_path / "lab", model=EMBEDDED, deadline_s=90.0) as started:
        session = started.answered("What is 2 + 2?")
        assert said(started, session)
        assert started.worker_pid not in (None, started.pid)


@pytest.mark.parametrize(
    ("question", "stages"),
    [
        ("What?", STAGED),
        ("slow short", (("core", "It is forty-two."),)),
        ("pace=7 say:pace=9", (("core", "pace=9"),)),
        ("say:", (("core", ""),)),
    ],
)
def test_the_question_holds_the_answer(
    question: str, stages: tuple[tuple[str, str], ...]
) -> None:
    assert play(question).stages == stages


def test_the_question_says_how_it_is_answered() -> None:
    made = play("pace=20 piece=3 hold=2 before=500 leftout deadline")
    assert (made.pace_s, made.piece, made.holds, made.before_s) == (0.02, 3, 2, 0.5)
    assert made.finish_reason == "deadline"
    assert made.notice is not None and made.notice[0] == "context_left_out"
    assert play("failing").error is not None
    assert play("slow").pace_s == 0.15


def test_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "said.md").write_text(CONCLUSION)
    assert play(f"file:{tmp_path}/said.md").stages == (("core", CONCLUSION),)


def test_without_a_browser_it_is_said_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(AssertionError, match="apt-get install chromium"):
        browser.chromium()
