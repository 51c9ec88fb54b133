from __future__ import annotations

from pathlib import Path

from jupyter_llmchat.cli.checks.speed import NOT_YET, check_speed
from jupyter_llmchat.engine.speed_file import Kept, save
from tests.engine.fake_machine import TWO_CORES
from tests.models.gguf_files import write


def test_what_was_measured_is_shown(tmp_path: Path) -> None:
    model, folder = write(tmp_path), tmp_path / "engine"
    save(folder, Kept(key="k", model=model.name, speed=TWO_CORES))
    finding = check_speed(str(model), folder)
    assert (finding.state, finding.message) == ("ok", TWO_CORES.summary)
    assert finding.message.startswith("Reads ")


def test_without_a_measurement_it_says_when_there_will_be_one(tmp_path: Path) -> None:
    model = write(tmp_path)
    assert check_speed(str(model), tmp_path / "none") == NOT_YET
    assert check_speed(str(model), None) == NOT_YET
    assert check_speed("/nowhere/model.gguf", tmp_path) == NOT_YET
