from __future__ import annotations

import pytest

from jupyter_llmchat.errors import GenerationFailed
from jupyter_llmchat.evaluation.assistant import Assistant
from jupyter_llmchat.pipeline.models import OneModel
from jupyter_llmchat.pipeline.runtime import Runtime
from tests.fakes import FakeModel

CONTEXT = "[1] prices = [3, 4]"


def assistant(model: FakeModel) -> Assistant:
    return Assistant(runtime=Runtime(models=OneModel(model)))


async def test_a_decision_is_the_models() -> None:
    model = FakeModel(choice=lambda prompt, options: options[1])
    strategy, intent = await assistant(model).decide(("strategy", "intent"), "Why?")
    assert (strategy.chosen, strategy.raw) == ("analytical", "analytical")
    assert (intent.chosen, intent.reliable) == ("code", True)
    assert "Why?" in model.prompts[-1]


async def test_an_answer_as_users_get_it() -> None:
    model = FakeModel()
    written = await assistant(model).staged("What is the price?", CONTEXT)
    assert written.text.startswith("The answer is 42.")
    assert written.stages["core"] == "The answer is 42. It is short."
    assert (written.endings, written.ended) == (1, "stop")
    assert written.tokens > 0 and written.first_ms is not None
    assert any(CONTEXT in each for each in model.generated)


async def test_an_answer_that_fails_says_why() -> None:
    failing = FakeModel(failure=GenerationFailed("It broke.", "Ask again."))
    written = await assistant(failing).staged("What is the price?")
    assert (written.endings, written.ended) == (1, "generation_failed")


@pytest.mark.parametrize(("tokens", "text"), [(3, "The answer is"), (99, None)])
async def test_a_plain_answer_is_one_text_within_its_budget(
    tokens: int, text: str | None
) -> None:
    model = FakeModel()
    written = await assistant(model).plain("What is the price?", CONTEXT, tokens)
    assert written.text == (text or "The answer is 42. It is short.")
    assert written.tokens == min(tokens, 7)
    assert len(model.generated) == 1
    assert CONTEXT in model.generated[0] and "What is the price?" in model.generated[0]
    assert not written.stages


async def test_texts_that_the_question_makes_likelier_are_preferred() -> None:
    def likelihood(prompt: str, continuation: str) -> float:
        return 1.0 if "len" in prompt and "length" in continuation else -1.0

    model = FakeModel(likelihood=likelihood)
    right, wrong = await assistant(model).likelihoods(
        "What does len do?", ("The length.", "It rains.")
    )
    assert right > wrong


async def test_an_answer_is_rated_from_0_to_100() -> None:
    subject = assistant(FakeModel())
    rated = await subject.rate("What does len do?", "It returns the length.")
    assert 0 < rated.score < 100 and rated.reliability is None
    assert (await subject.rate("What does len do?", " ")).score == 0
