from __future__ import annotations

import pytest

from jupyter_llmchat.language_model import Prompt
from jupyter_llmchat.pipeline.likelihood import Labelled, gain, loglik
from tests.fakes import FakeModel

TEXT = Labelled("Question:", "Why?")
GIVEN = Labelled("Answer:", "Because. <|im_end|>")


async def test_a_text_is_read_after_the_one_that_is_known() -> None:
    model = FakeModel(likelihood=lambda prompt, text: -2.0 if text == " Why?" else 0.0)
    assert await loglik(model, TEXT, GIVEN) == -2.0
    assert model.prompts == ["Answer: Because. <|im_end|>\nQuestion:"]


async def test_the_gain_is_what_knowing_it_adds() -> None:
    model = FakeModel(
        likelihood=lambda prompt, text: -1.0 if "Because" in prompt else -1.5
    )
    assert await gain(model, TEXT, GIVEN, "N/A") == pytest.approx(0.5)
    assert sorted(model.prompts)[1] == "Answer: N/A\nQuestion:"


async def test_only_labels_are_trusted() -> None:
    class Keeping(FakeModel):
        async def loglik(self, prompt: Prompt, *rest: object, **named: object) -> float:
            self.kept = prompt
            return 0.0

    model = Keeping()
    await loglik(model, TEXT, GIVEN)
    parts = model.kept.parts  # type: ignore[union-attr]
    assert [part.text for part in parts if part.trusted] == ["Answer:", "\nQuestion:"]
