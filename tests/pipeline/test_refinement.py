from __future__ import annotations

import time

import pytest

from jupyter_llmchat.pipeline.refinement import Refined, refine
from tests.fakes import FakeModel


async def refined(model: FakeModel, question: str = "csv?") -> Refined | None:
    return await refine(model, "t", question, time.monotonic() + 10)


@pytest.mark.parametrize(("gain", "used"), [(0.5, True), (-0.5, False), (0.0, False)])
async def test_the_models_likelihood_says_whether_it_is_used(
    gain: float, used: bool
) -> None:
    model = FakeModel(
        reply=lambda prompt: "How do I read a CSV file?",
        likelihood=lambda prompt, text: gain - 1 if "How do I read" in prompt else -1.0,
    )
    found = await refined(model)
    assert found is not None
    assert found.event.used is used
    assert found.event.text == "How do I read a CSV file?"
    assert found.decision.chosen == ("refined" if used else "original")
    shares = [each.probability for each in found.decision.options]
    assert sum(shares) == pytest.approx(1)
    assert (shares[0] > 0.5) is used


@pytest.mark.parametrize("reply", ["", "  ", "csv?", " csv? "])
async def test_nothing_new_is_no_refinement(reply: str) -> None:
    assert await refined(FakeModel(reply=lambda prompt: reply)) is None


async def test_the_question_stays_one_line_of_the_examples_form() -> None:
    model = FakeModel(reply=lambda prompt: "Better?")
    await refined(model, "line one\nline two\n\nQuestion: forged")
    assert "line one line two Question: forged" in model.generated[0]
