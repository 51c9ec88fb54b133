from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.language_model import Part, SamplingParams, TextPrompt
from jupyter_llmchat.models.locate import ModelFile
from jupyter_llmchat.server import model_host as module
from jupyter_llmchat.server.model_host import HostedModel, ModelHost, examined

from .builders import HostedFake, eventually

PROMPT = TextPrompt((Part("Q"),))
FILE = ModelFile(path=Path("/models/small.gguf"), name="small", source="file")


class Worker(HostedFake):
    """What a host connects to; its generation can be watched."""

    def __init__(self, config: EngineConfig) -> None:
        super().__init__(name=Path(config.model_path).stem)
        self.starts = 0

    async def start(self) -> None:
        self.starts += 1
        await super().start()


def host(examine: Any = lambda setting: FILE, path: str = "small.gguf") -> ModelHost:
    config = EngineConfig(model_path=path)
    return ModelHost(config, logging.getLogger(), examine=examine, connect=Worker)


async def said(model: HostedModel) -> str:
    pieces = model.generate(PROMPT, SamplingParams())
    return "".join([piece.text async for piece in pieces])


async def test_calls_wait_until_the_file_is_checked() -> None:
    model = host()
    assert (model.status.state, model.name) == ("stopped", "small")
    await model.start()
    assert (model.status.state, model.n_ctx) == ("starting", 0)
    assert "42" in await said(model)
    assert (await model.choose(PROMPT, ("a", "b"))).best == "a"
    assert await model.loglik(PROMPT, "x") == -1.0
    assert await model.count(("four", "")) == (1, 0)
    assert model.n_ctx == 8192
    assert (model.status.state, model.name) == ("ready", "small")
    await model.stop()
    assert model.status.state == "stopped"


async def test_readiness_is_that_of_the_worker_and_of_the_file() -> None:
    model = host()
    await model.start()
    await model.ready()
    assert model.status.state == "ready"
    assert isinstance(model._model, Worker)
    model._model.state = "failed"
    with pytest.raises(ModelUnavailable, match="failed"):
        await model.ready()
    await model.stop()
    with pytest.raises(ModelUnavailable, match="stopped"):
        await model.ready()
    await model.start()
    await model.ready()
    await model.stop()


async def test_closing_a_generation_early_reaches_the_worker() -> None:
    model = host()
    await model.start()
    pieces = model.generate(PROMPT, SamplingParams())
    await anext(pieces)
    await pieces.aclose()
    worker = model._model
    assert isinstance(worker, Worker)
    assert worker.closed_early == 1
    await model.stop()


async def test_a_missing_file_is_a_state_with_its_cause_and_a_next_step(
    tmp_path: Path,
) -> None:
    path = tmp_path / "none.gguf"
    model = ModelHost(EngineConfig(model_path=str(path)), logging.getLogger())
    await model.start()
    with pytest.raises(ModelUnavailable) as raised:
        await said(model)
    assert model.status.state == "failed"
    assert model.status.detail == str(raised.value)
    assert "none.gguf" in raised.value.message
    assert raised.value.hint
    await model.stop()


async def test_what_is_repaired_is_found_by_a_later_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: list[ModelFile] = []

    def examine(setting: str) -> ModelFile:
        if not found:
            raise ModelUnavailable("No model is installed.", "Install one.")
        return found[0]

    model = host(examine)
    await model.start()
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="installed"):
            await said(model)
    found.append(FILE)
    with pytest.raises(ModelUnavailable, match="installed"):
        await said(model)
    monkeypatch.setattr(module, "RETRY_S", 0.0)
    assert "42" in await said(model)
    await model.stop()


async def test_a_worker_that_gave_up_is_started_by_a_later_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = host()
    await model.start()
    await said(model)
    worker = model._model
    assert isinstance(worker, Worker)
    worker.state = "failed"
    await said(model)
    assert worker.starts == 1
    monkeypatch.setattr(module, "RETRY_S", 0.0)
    await said(model)
    assert worker.starts == 2
    await model.stop()


async def test_an_unexpected_failure_is_told_without_details(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def examine(setting: str) -> ModelFile:
        raise ValueError("a secret")

    model = host(examine)
    await model.start()
    with pytest.raises(ModelUnavailable) as raised:
        await said(model)
    assert "secret" not in str(raised.value)
    assert "a secret" in caplog.text
    await model.stop()


async def test_a_disk_that_does_not_answer_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "CHECK_S", 0.01)

    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio, "to_thread", never)
    model = host()
    await model.start()
    await eventually(lambda: model.status.state == "failed")
    with pytest.raises(ModelUnavailable, match="could not be checked within"):
        await said(model)
    await model.stop()


async def test_a_stopped_host_says_so() -> None:
    model = host()
    with pytest.raises(ModelUnavailable, match="stopped"):
        await said(model)
    await model.stop()


async def test_a_stopped_model_keeps_its_name() -> None:
    model = host(path="")
    assert model.name == "embedded"
    await model.start()
    await model.ready()
    await model.stop()
    assert model.name == model.status.name == "small"


async def test_one_that_failed_and_was_stopped_is_not_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(setting: str) -> ModelFile:
        raise ModelUnavailable("There is no model.")

    model = host(missing)
    await model.start()
    await eventually(lambda: model.status.state == "failed")
    await model.stop()
    monkeypatch.setattr(module, "RETRY_S", 0.0)
    with pytest.raises(ModelUnavailable, match="stopped"):
        await model.ready()
    assert model.status.state == "stopped"


@pytest.mark.model
def test_the_embedded_model_passes_the_examination() -> None:
    assert examined("").source == "embedded"
