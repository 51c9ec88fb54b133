from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from jupyter_llmchat import config


def test_settings_do_not_change() -> None:
    for settings in (config.PipelineConfig(), config.LimitsConfig()):
        with pytest.raises(dataclasses.FrozenInstanceError):
            settings.temperature = 1.0  # type: ignore[misc,union-attr]


def test_no_strategy_may_take_longer_than_any_answer() -> None:
    pipeline = config.PipelineConfig()
    assert max(pipeline.budget_s.values()) <= pipeline.max_deadline_s


def test_budgets_are_not_shared() -> None:
    first, second = config.PipelineConfig(), config.PipelineConfig()
    first.budget_s["simple"] = 1.0
    assert second.budget_s["simple"] == 60.0


def test_a_worker_counts_as_silent_only_after_several_heartbeats() -> None:
    worker = config.WorkerConfig()
    assert worker.silent_s >= 3 * worker.heartbeat_s


def test_data_lies_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.setenv("LLMCHAT_DATA_DIR", "~/chats")
    assert config.data_dir() == Path("/home/someone/chats")


def test_data_lies_with_jupyters_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("LLMCHAT_DATA_DIR", raising=False)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    assert config.data_dir() == tmp_path / "llmchat"
    assert not (tmp_path / "llmchat").exists()
