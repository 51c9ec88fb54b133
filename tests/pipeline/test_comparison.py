from __future__ import annotations

import math
from typing import Any

import pytest

from jupyter_llmchat.language_model import Choice, Priority, Prompt
from jupyter_llmchat.pipeline.comparison import (
    ANSWER_CHARS,
    USUAL_CHARS,
    Comparison,
    excerpt,
    heads,
)
from jupyter_llmchat.prompts.comparison import comparison
from tests.fakes import FakeModel, prompt_text

PROMPTS = comparison()
GOOD, NONSENSE, BACKWARD = PROMPTS.good[0], PROMPTS.nonsense[0], PROMPTS.backward


class Reader(FakeModel):
    """Tells how likely a text is by how its prompt begins and ends."""

    def __init__(self) -> None:
        super().__init__(choice=lambda prompt, options: options[0])
        self.calls: list[dict[str, Any]] = []

    async def choose(
        self, prompt: Prompt, options: tuple[str, ...], **rest: Any
    ) -> Choice:
        self.calls.append({"prompt": prompt, "options": options, **rest})
        return await super().choose(prompt, options, **rest)

    async def loglik(self, prompt: Prompt, continuation: str, **rest: Any) -> float:
        self.calls.append({"prompt": prompt, "continuation": continuation, **rest})
        await super().loglik(prompt, continuation)
        text = prompt_text(prompt)
        if text.startswith(GOOD):
            return -1.0
        if text.startswith(NONSENSE):
            return -1.5
        assert text.startswith(BACKWARD)
        if text.endswith(PROMPTS.answer):
            return -2.0
        return -3.0 if text.endswith("N/A\nQuestion:") else -2.5


async def test_the_features_are_differences_between_readings() -> None:
    answer = "a" * USUAL_CHARS
    features = await Comparison(Reader()).features("Why?", answer)
    assert features.fluency == -1.0
    assert features.answer_gain == 1.0
    assert features.question_gain == 0.5
    assert features.sense == 0.5
    assert features.information == pytest.approx(math.log(61))
    assert features.helps == pytest.approx(math.log(0.8))
    assert features.not_asked == features.wrong < features.helps


async def test_a_long_answer_is_the_surer_sign() -> None:
    short = await Comparison(Reader()).features("Why?", "a" * (USUAL_CHARS // 4))
    assert (short.answer_gain, short.sense) == (0.5, 0.25)


async def test_an_answer_is_read_three_times() -> None:
    model = Reader()
    await Comparison(model).features("Why?", "So it is.")
    read = [each for each in model.calls if each.get("continuation") == " So it is."]
    assert len(read) == 3
    assert len(model.calls) == 6


async def test_the_replies_follow_what_was_read_and_are_calibrated() -> None:
    model = Reader()
    await Comparison(model).features("Why?", "So:\n```python\nx = (\n```")
    (call,) = (each for each in model.calls if "options" in each)
    text = prompt_text(call["prompt"])
    assert text.startswith(GOOD)
    assert text.endswith("```\nChecked: The code has a syntax error.\nUser:")
    assert len(call["content_free"]) == len(PROMPTS.replies.content_free)


async def test_only_the_ends_of_a_long_answer_are_read() -> None:
    model = Reader()
    answer = "start" + "x" * 5000 + "end"
    await Comparison(model).features("Why?", answer)
    longest = max(len(each.get("continuation", "")) for each in model.calls)
    assert longest <= ANSWER_CHARS + len("  … ")
    assert excerpt(answer, 100).startswith("start")
    assert excerpt(answer, 100).endswith("end")


async def test_content_is_not_trusted_and_the_call_says_how_urgent_it_is() -> None:
    model = Reader()
    reader = Comparison(model, Priority.IDLE, deadline=7.0)
    await reader.features("<|q|>", "<|a|>")
    for call in model.calls:
        assert (call["priority"], call["deadline"]) == (Priority.IDLE, 7.0)
        assert not [p for p in call["prompt"].parts if p.trusted and "<|" in p.text]


async def test_everything_begins_with_what_can_be_prepared() -> None:
    model = Reader()
    await Comparison(model).features("Why?", "So.")
    prepared = [prompt_text(each) for each in heads()]
    for prompt in model.prompts:
        assert sum(prompt.startswith(each) for each in prepared) == 1


async def test_a_question_without_words_is_read_all_the_same() -> None:
    features = await Comparison(Reader()).features(" \n ", "So.")
    assert features.question_gain == 0.5
