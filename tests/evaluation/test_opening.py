from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.evaluation import opening
from jupyter_llmchat.evaluation.opening import opened
from jupyter_llmchat.models import profile
from tests.fakes import FakeModel

ENGINE = EngineConfig(model_path="")


class FakeLink(FakeModel):
    """Stands for the link to a worker process; there is one at a time."""

    def __init__(self, engine: EngineConfig, log: object) -> None:
        super().__init__()
        self.engine = engine
        self.state = "stopped"

    async def start(self) -> None:
        self.state = "started"

    async def ready(self) -> None:
        self.state = "ready"

    async def stop(self) -> None:
        self.state = "stopped"


@pytest.fixture(autouse=True)
def untested(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The embedded model is one that nobody has tested."""
    monkeypatch.setattr(opening, "WorkerLink", FakeLink)
    monkeypatch.setattr(profile, "SHIPPED", tmp_path / "shipped")


async def test_a_model_is_tested_once_and_its_process_is_gone_at_the_end(
    tmp_path: Path,
) -> None:
    said: list[str] = []
    async with opened(ENGINE, tmp_path, said.append) as first:
        model = first.model
        assert isinstance(model, FakeLink)
        assert model.state == "ready"
        assert Path(model.engine.model_path).is_file()
    assert model.state == "stopped"
    untested = "The model has not been tested yet; its self-test is made first."
    assert untested in said
    again: list[str] = []
    async with opened(ENGINE, tmp_path, again.append) as second:
        assert second.runtime.self_test == first.runtime.self_test
    assert untested not in again


async def test_without_a_folder_nothing_is_kept() -> None:
    for _ in range(2):
        said: list[str] = []
        async with opened(ENGINE, None, said.append):
            pass
        assert len(said) == 3


async def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"no model")
    with pytest.raises(ModelUnavailable):
        async with opened(EngineConfig(model_path=str(path)), None, print):
            pass
