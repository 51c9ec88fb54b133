from __future__ import annotations

from pathlib import Path

from jupyter_llmchat.cli.checks.model import check_model
from tests.models.gguf_files import write


def test_the_embedded_model_is_in_order() -> None:
    finding = check_model("")
    assert finding.state == "ok"
    assert "(embedded): llama, 135 M parameters, Q4_1, 98 MB" in finding.message


def test_a_file_is_described(tmp_path: Path) -> None:
    path = write(tmp_path)
    assert check_model(str(path)).message == (
        "tiny (file): llama, 0 M parameters, Q4_1, 0 MB, 2048 tokens of context."
    )


def test_damage_is_a_failure_with_a_next_step(tmp_path: Path) -> None:
    finding = check_model(str(write(tmp_path, version=99)))
    assert finding.state == "fail"
    assert "version 99" in finding.message and finding.action
