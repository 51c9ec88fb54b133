from __future__ import annotations

from typing import Any

import msgspec
import pytest

from jupyter_llmchat.language_model import Prompt
from jupyter_llmchat.pipeline.suggestion import suggest
from tests.fakes import FakeModel, prompt_text
from tests.models.test_judge_skill import SKILL

ABLE = msgspec.structs.replace(
    SKILL, reliability=msgspec.structs.replace(SKILL.reliability, subtle=0.9)
)


class Adviser(FakeModel):
    """Says `reply`; each question gains `gains[question]` from what it says."""

    def __init__(self, reply: str, gains: dict[str, float]) -> None:
        super().__init__(reply=lambda prompt: reply)
        self.gains = gains

    async def loglik(self, prompt: Prompt, continuation: str, **rest: Any) -> float:
        await super().loglik(prompt, continuation)
        nothing = "N/A" in prompt_text(prompt)
        return -3.0 if nothing else -3.0 + self.gains.get(continuation.strip(), 0.0)


async def test_a_suggestion_is_one_sentence() -> None:
    model = Adviser("name the argument. And more", {"Why?": 1.0})
    found = await suggest(model, "Why?", "So.", ABLE)
    assert found == "The answer should name the argument."


@pytest.mark.parametrize(
    ("reply", "gain"),
    [("be better.", -1.0), ("be better.", 0.0), ("never come to an", 1.0)],
)
async def test_what_fits_any_question_or_breaks_off_is_not_said(
    reply: str, gain: float
) -> None:
    assert await suggest(Adviser(reply, {"Why?": gain}), "Why?", "So.", ABLE) is None


@pytest.mark.parametrize(
    ("skill", "answer"), [(SKILL, "So."), (None, "So."), (ABLE, "")]
)
async def test_a_model_that_sees_no_mistakes_is_not_asked(
    skill: Any, answer: str
) -> None:
    model = Adviser("name the argument.", {"Why?": 1.0})
    assert await suggest(model, "Why?", answer, skill) is None
    assert not model.prompts
