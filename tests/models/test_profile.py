from __future__ import annotations

import json
import logging
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.models import profile
from jupyter_llmchat.models.decision_skill import DecisionSkill
from jupyter_llmchat.models.judge_skill import JudgeSkill, Reliability
from jupyter_llmchat.models.locate import locate
from jupyter_llmchat.models.profile import (
    ModelProfile,
    SelfTest,
    fingerprint,
    load,
    save,
)

SKILL = DecisionSkill(accuracy=0.9, number=100, chance=0.3, reliable=True)
JUDGE = JudgeSkill(
    version="v1",
    method="comparison",
    scales=None,
    reliability=Reliability(
        mismatched=1.0, degenerate=0.9, incomplete=0.8, subtle=0.6, overall=0.85
    ),
    rows=12,
    seconds=20.0,
)
TEST = SelfTest(
    prompts="v1",
    decisions={
        "strategy": SKILL,
        "intent": msgspec.structs.replace(SKILL, accuracy=0.7, style="chat"),
    },
    judge=JUDGE,
    questions=15,
    seconds=9.5,
)
PROFILE = ModelProfile(fingerprint="f" * 32, name="m.gguf", self_test=TEST)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "models"


def model(path: Path, content: bytes = b"GGUF") -> Path:
    path.write_bytes(content)
    os.utime(path, ns=(0, 0))
    return path


def test_what_is_kept_is_found_again(folder: Path) -> None:
    assert load(folder, PROFILE.fingerprint) is None
    save(folder, PROFILE)
    assert load(folder, PROFILE.fingerprint) == PROFILE
    save(folder, without := msgspec.structs.replace(PROFILE, self_test=None))
    assert load(folder, PROFILE.fingerprint) == without
    assert load(folder, "0" * 32) is None


def test_only_the_owner_may_read_it_and_nothing_else_is_left(folder: Path) -> None:
    save(folder, PROFILE)
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_result_holds_for_the_prompts_it_was_made_with() -> None:
    assert PROFILE.tested_with("v1") == TEST
    assert PROFILE.tested_with("v2") is None
    assert ModelProfile(fingerprint="f", name="m").tested_with("v1") is None


def test_a_summary_tells_how_many_decisions_the_model_can_take() -> None:
    unable = msgspec.structs.replace(SKILL, accuracy=0.3, reliable=False)
    test = msgspec.structs.replace(TEST, decisions={**TEST.decisions, "parts": unable})
    assert test.unreliable == ("parts",)
    assert test.skill("intent") == TEST.decisions["intent"]
    assert test.skill("none") is None
    assert test.summary == (
        "Takes 2 of 3 decisions reliably (63% right on average), judges by comparison"
        " (AUC 0.85)."
    )


def test_what_came_with_the_package_stands_in_for_what_was_not_found_out(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped, fingerprint = tmp_path / "shipped", PROFILE.fingerprint
    monkeypatch.setattr(profile, "SHIPPED", shipped)
    assert profile.tested(folder, fingerprint, "v1") is None
    save(shipped, PROFILE)
    assert (
        profile.tested(folder, fingerprint, "v1")
        == profile.tested(None, fingerprint, "v1")
        == TEST
    )
    assert profile.tested(folder, fingerprint, "v2") is None
    # What was found out on this machine goes first, unless it is out of date.
    newer = msgspec.structs.replace(TEST, seconds=1.0)
    save(folder, msgspec.structs.replace(PROFILE, self_test=newer))
    assert profile.tested(folder, fingerprint, "v1") == newer
    newer = msgspec.structs.replace(TEST, prompts="v0")
    save(folder, msgspec.structs.replace(PROFILE, self_test=newer))
    assert profile.tested(folder, fingerprint, "v1") == TEST


def test_a_profile_of_an_older_format_counts_as_none(folder: Path) -> None:
    save(folder, PROFILE)
    (file,) = folder.iterdir()
    known = json.loads(file.read_bytes())
    del known["self_test"]["decisions"]
    file.write_text(json.dumps(known))
    assert load(folder, PROFILE.fingerprint) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-9],
        lambda text: b"",
        lambda text: b"\xff\xfe" + text,
        lambda text: text.replace(b"chat", b"tarot"),
        lambda text: text.replace(b"0.9", b"1.9"),
        lambda text: text.replace(b'"v1"', b'"\xff"'),
        lambda text: b'{"a":' * 20_000,
    ],
)
def test_a_damaged_file_counts_as_none(
    damage: Callable[[bytes], bytes], folder: Path
) -> None:
    save(folder, PROFILE)
    (file,) = folder.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert load(folder, PROFILE.fingerprint) is None
    save(folder, PROFILE)
    assert load(folder, PROFILE.fingerprint) == PROFILE


def test_the_file_of_another_model_counts_as_none(folder: Path) -> None:
    save(folder, PROFILE)
    (file,) = folder.iterdir()
    shutil.copyfile(file, folder / f"{'0' * 32}.json")
    assert load(folder, "0" * 32) is None


def test_what_is_no_file_counts_as_none(folder: Path) -> None:
    folder.mkdir(parents=True)
    os.mkfifo(folder / f"{'0' * 32}.json")
    (folder / f"{'1' * 32}.json").mkdir()
    assert load(folder, "0" * 32) is None
    assert load(folder, "1" * 32) is None


def test_a_folder_that_cannot_be_made_is_told_and_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    with caplog.at_level(logging.WARNING):
        save(tmp_path / "file" / "models", PROFILE)
    assert "m.gguf is not kept" in caplog.text
    assert load(tmp_path / "file" / "models", PROFILE.fingerprint) is None


def test_a_file_that_cannot_be_replaced_leaves_nothing_behind(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    taken = folder / f"{PROFILE.fingerprint}.json"
    taken.mkdir(parents=True)
    save(folder, PROFILE)
    assert "is not kept" in caplog.text
    assert list(folder.iterdir()) == [taken]


def test_a_file_that_has_changed_is_another_model(tmp_path: Path) -> None:
    path = model(tmp_path / "m.gguf")
    first = fingerprint(path)
    assert fingerprint(model(path)) == first
    assert fingerprint(model(tmp_path / "n.gguf")) != first
    assert fingerprint(model(path, b"GGUF2")) != first
    model(path)
    os.utime(path, ns=(1, 1))
    assert fingerprint(path) != first


def test_the_time_of_a_published_file_says_nothing(tmp_path: Path) -> None:
    embedded = locate("").path
    link = tmp_path / embedded.name
    shutil.copyfile(embedded, link)
    os.utime(link, ns=(0, 0))
    assert fingerprint(link) == fingerprint(embedded)


def test_a_name_that_is_not_utf8_has_a_fingerprint(tmp_path: Path) -> None:
    assert len(fingerprint(model(tmp_path / os.fsdecode(b"\xff.gguf")))) == 32


def test_a_missing_model_has_none(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="There is no model"):
        fingerprint(tmp_path / "none.gguf")
