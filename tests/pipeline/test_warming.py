from __future__ import annotations

from jupyter_llmchat.pipeline import Runtime, warm_up
from jupyter_llmchat.pipeline.grounding import ahead
from jupyter_llmchat.pipeline.models import OneModel
from tests.fakes import FakeModel, prompt_text

from .deciding import NAMES, decision_of


async def test_every_decision_is_calibrated_and_every_opening_read() -> None:
    model = FakeModel()
    await warm_up(Runtime(models=OneModel(model)))
    decided = set()
    for prompt in model.prompts:
        try:
            decided.add(decision_of(prompt))
        except StopIteration:
            continue
    assert decided == {*NAMES}
    assert any("Hello" in prompt for prompt in model.prompts)
    assert prompt_text(ahead()) in model.prompts
