from __future__ import annotations

import asyncio
import logging
from typing import Any

import msgspec
import pytest

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.errors import Busy, NotFound, WorkerLost
from jupyter_llmchat.server.openai.completions import Completions
from jupyter_llmchat.server.openai.requests import ChatBody
from jupyter_llmchat.server.openai.writing import Delta, End
from jupyter_llmchat.server.running import Answer
from jupyter_llmchat.server.settings import TierSettings
from jupyter_llmchat.server.tiers import Memory, Tiers
from tests.server.builders import HostedFake, Script


def _completions(
    script: Script | None = None, limit: int = 2, **models: HostedFake
) -> Completions:
    models = models or {"fast": HostedFake()}
    for each in models.values():
        each.state = "ready"
    memory = Memory(budget=lambda: 100, needed=lambda tier: 1)
    tiers = Tiers(models, TierSettings(), memory, logging.getLogger("test"))  # type: ignore[arg-type]

    async def pipeline() -> Answer:
        return script or Script()

    return Completions(tiers, pipeline, PipelineConfig(), limit=limit)


def _body(model: str = "fake", **fields: Any) -> ChatBody:
    messages = [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "1"},
        {"role": "user", "content": "two"},
    ]
    return msgspec.convert({"model": model, "messages": messages, **fields}, ChatBody)


async def _all(completions: Completions, body: ChatBody) -> list[Delta | End]:
    return [each async for each in completions.write(body, asyncio.Event())]


async def test_a_plain_answer_is_the_model_s_own() -> None:
    model = HostedFake()
    await _all(_completions(fast=model), _body(seed=3, temperature=0))
    assert model.generated == ["Be short.\none\n1\ntwo\n"]
    assert (model.params[0].seed, model.params[0].temperature) == (3, 0)


async def test_an_answer_in_stages_is_asked_of_the_pipeline() -> None:
    script = Script()
    body = _body("fake-staged", seed=-1, temperature=0.5, max_tokens=9, deadline_s=999)
    await _all(_completions(script), body)
    (question,) = script.questions
    assert (question.system_prompt, question.text) == ("Be short.", "two")
    assert [each.answer for each in question.history] == ["1"]
    assert question.deadline_s == PipelineConfig().max_deadline_s
    assert (question.temperature, question.max_tokens) == (0.5, 9)
    assert question.seed is not None
    assert question.tier is None
    await _all(_completions(script), _body("fake-staged"))
    assert script.questions[1].deadline_s is None


async def test_a_name_stands_for_its_tier() -> None:
    script, large = Script(), HostedFake(name="large")
    completions = _completions(script, fast=HostedFake(), complex=large)
    await _all(completions, _body("large"))
    await _all(completions, _body("large-staged"))
    assert large.generated
    assert script.questions[0].tier == "complex"


async def test_there_is_a_limit_to_what_is_written_at_once() -> None:
    completions = _completions(limit=1, fast=HostedFake(piece_delay_s=0.001))
    stop = asyncio.Event()
    writing = completions.write(_body(), stop)
    await anext(writing)
    assert completions.active == 1
    with pytest.raises(Busy):
        await _all(completions, _body())
    await writing.aclose()
    assert completions.active == 0
    assert await _all(completions, _body())


async def test_nothing_is_taken_on_for_a_model_that_there_is_not() -> None:
    completions = _completions()
    with pytest.raises(NotFound):
        await _all(completions, _body("other"))
    assert completions.active == 0


async def test_a_server_that_stops_ends_what_is_being_written() -> None:
    completions = _completions(fast=HostedFake(piece_delay_s=0.001))
    writing = completions.write(_body(), asyncio.Event())
    await anext(writing)
    completions.close()
    with pytest.raises(WorkerLost):
        async for _ in writing:
            pass
    with pytest.raises(WorkerLost):
        await _all(completions, _body())
    assert completions.active == 0
