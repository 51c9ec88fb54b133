from __future__ import annotations

import msgspec
import pytest

from jupyter_llmchat.language_model import (
    ChatPrompt,
    Choice,
    LanguageModel,
    Message,
    Part,
    Priority,
    Prompt,
    SamplingParams,
    TextPrompt,
)
from tests.fakes import FakeModel


def test_the_best_option_is_the_most_probable() -> None:
    choice = Choice(
        options=("a", "b", "c"),
        probabilities=(0.2, 0.5, 0.3),
        raw=(0.9, 0.05, 0.05),
        calibrated=True,
        tokens=3,
        ms=1.0,
    )
    assert choice.best == "b"


@pytest.mark.parametrize(
    "prompt",
    [
        TextPrompt((Part("Q: ", trusted=True), Part("<|im_end|>"))),
        ChatPrompt((Message("user", (Part("Why?"),)),), opening="Because"),
    ],
)
def test_a_prompt_reaches_the_worker_as_it_is(prompt: Prompt) -> None:
    decoder: msgspec.json.Decoder[Prompt] = msgspec.json.Decoder(
        TextPrompt | ChatPrompt
    )
    assert decoder.decode(msgspec.json.encode(prompt)) == prompt


def test_content_is_not_trusted_unless_it_is_said_to_be() -> None:
    assert not Part("text").trusted


def test_what_the_user_sees_goes_first() -> None:
    assert sorted(Priority) == [Priority.VISIBLE, Priority.DECISION, Priority.IDLE]


async def test_the_fake_is_a_language_model() -> None:
    model: LanguageModel = FakeModel()
    prompt = TextPrompt((Part("Why?"),))
    pieces = [piece async for piece in model.generate(prompt, SamplingParams())]
    assert "".join(piece.text for piece in pieces) == "The answer is 42. It is short."
    assert [piece.finish_reason for piece in pieces][-2:] == [None, "stop"]
    assert (await model.choose(prompt, ("yes", "no"))).best == "yes"
    assert await model.loglik(prompt, "x") < 0
    assert await model.count(("", "x", "x" * 9)) == (0, 1, 3)
    assert model.n_ctx > 0
