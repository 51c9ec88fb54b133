from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from jupyter_llmchat.cli.checks.selftest import check_selftest
from jupyter_llmchat.models import profile
from jupyter_llmchat.models.profile import ModelProfile
from jupyter_llmchat.pipeline import selftest
from tests.models.gguf_files import write
from tests.models.test_profile import SKILL, TEST


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


def keep(model: Path, folder: Path, **changes: Any) -> None:
    test = msgspec.structs.replace(TEST, **{"prompts": selftest.version(), **changes})
    fingerprint = profile.fingerprint(model)
    known = ModelProfile(fingerprint=fingerprint, name="m", self_test=test)
    profile.save(folder, known)


def test_the_figures_and_the_methods_are_shown(tmp_path: Path, folder: Path) -> None:
    keep(model := write(tmp_path), folder)
    finding = check_selftest(str(model), folder)
    assert (finding.state, finding.message) == ("ok", TEST.summary)


def test_what_the_model_cannot_decide_is_a_warning(
    tmp_path: Path, folder: Path
) -> None:
    unable = msgspec.structs.replace(SKILL, accuracy=0.4, reliable=False)
    decisions = {"strategy": SKILL, "parts": unable, "tier": unable}
    keep(model := write(tmp_path), folder, decisions=decisions)
    finding = check_selftest(str(model), folder)
    assert finding.state == "warn"
    assert "Takes 1 of 3 decisions reliably" in finding.message
    assert "Left to the safe option: parts, tier." in finding.message
    assert "another model" in finding.action


def test_a_test_with_other_prompts_does_not_count(tmp_path: Path, folder: Path) -> None:
    keep(model := write(tmp_path), folder, prompts="of an earlier version")
    assert "Not run yet" in check_selftest(str(model), folder).message


def test_without_a_result_there_is_nothing_to_do(tmp_path: Path, folder: Path) -> None:
    model = str(write(tmp_path))
    for setting, place in ((model, folder), (model, None), ("/none.gguf", folder)):
        finding = check_selftest(setting, place)
        assert finding.state == "ok" and "Not run yet" in finding.message
