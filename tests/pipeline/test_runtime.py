from __future__ import annotations

from jupyter_llmchat.language_model import Priority
from jupyter_llmchat.pipeline.models import OneModel
from jupyter_llmchat.pipeline.runtime import Runtime
from tests.fakes import FakeModel

from .deciding import deciding


async def test_the_cheapest_model_decides() -> None:
    model = FakeModel(choice=deciding(strategy="analytical"))
    runtime = Runtime(models=OneModel(model))
    assert runtime.decider is model
    names = ("strategy", "parts")
    decisions = await runtime.decide("t", names, "Why?", priority=Priority.IDLE)
    assert tuple(each.name for each in decisions) == names
    assert decisions[0].turn_id == "t"
    assert (decisions[0].chosen, decisions[0].source) == ("analytical", "model")
