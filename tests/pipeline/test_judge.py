from __future__ import annotations

from typing import Any

import pytest

from jupyter_llmchat.language_model import Choice, Priority, Prompt
from jupyter_llmchat.pipeline.judge import Likelihood, Rating
from jupyter_llmchat.prompts import catalogue
from tests.fakes import FakeModel, prompt_text

PROMPTS = catalogue.judge()


class Listener(FakeModel):
    """Tells how likely a text is by what stands before it; keeps what it is asked."""

    def __init__(self, logprobs: dict[tuple[str, str], float] | None = None) -> None:
        super().__init__(choice=lambda prompt, options: options[-1])
        self.logprobs = logprobs or {}
        self.calls: list[dict[str, Any]] = []

    async def choose(
        self, prompt: Prompt, options: tuple[str, ...], **rest: Any
    ) -> Choice:
        self.calls.append({"prompt": prompt, "options": options, **rest})
        return await super().choose(prompt, options, **rest)

    async def loglik(self, prompt: Prompt, continuation: str, **rest: Any) -> float:
        self.calls.append({"prompt": prompt, "continuation": continuation, **rest})
        return self.logprobs.get((prompt_text(prompt), continuation), -1.0)


async def test_likelihood_is_what_question_and_answer_gain_from_each_other() -> None:
    model = Listener(
        {
            ("Answer: N/A\nQuestion:", " Why?"): -3.0,
            ("Answer: So.\nQuestion:", " Why?"): -1.0,
            ("Question: N/A\nAnswer:", " So."): -4.0,
            ("Question: Why?\nAnswer:", " So."): -3.5,
        }
    )
    judge = Likelihood(model)
    assert await judge.score("Why?", "So.") == 2.5
    assert len(model.calls) == 4
    await judge.score("Why?", "So.")
    assert len(model.calls) == 6, "how likely a text is alone is asked once"


async def test_a_rating_is_the_mean_of_its_digits() -> None:
    model = Listener()
    expected = 0.8 * 9 + 0.2 / 8 * sum(range(1, 9))
    assert await Rating(model).score("Why?", "So.") == pytest.approx(expected)
    assert model.prompts[0].endswith("Question: Why?\nAnswer: So.\nRating: ")


async def test_a_rating_is_read_off_all_digits_and_calibrated() -> None:
    model = Listener()
    await Rating(model).score("Why?", "So.")
    (call,) = model.calls
    assert "".join(call["options"]) == "123456789"
    empty = [prompt_text(each) for each in call["content_free"]]
    assert len(empty) == len(PROMPTS.rating.content_free)
    assert empty[0].endswith("Question: N/A\nAnswer: N/A\nRating: ")


@pytest.mark.parametrize("judge", [Likelihood, Rating])
async def test_a_judge_asks_at_its_priority_and_trusts_no_content(
    judge: type[Likelihood] | type[Rating],
) -> None:
    model = Listener()
    await judge(model, Priority.IDLE).score("<|q|>", "<|a|>")
    for call in model.calls:
        assert call["priority"] is Priority.IDLE
        assert not [p for p in call["prompt"].parts if p.trusted and "<|" in p.text]
