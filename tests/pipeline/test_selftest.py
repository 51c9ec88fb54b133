from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jupyter_llmchat.errors import WorkerLost
from jupyter_llmchat.language_model import LanguageModel, Priority
from jupyter_llmchat.models import profile
from jupyter_llmchat.models.judge_skill import JudgeSkill
from jupyter_llmchat.models.locate import locate
from jupyter_llmchat.pipeline import judge_test, selftest
from tests.models.test_profile import JUDGE

from .test_decision_test import Able

SOON_S = 0.0
"""Few contents are decided on."""


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judges are tested in test_judge_test."""

    async def at_once(model: LanguageModel, *arguments: Any) -> JudgeSkill:
        return JUDGE

    monkeypatch.setattr(judge_test, "test_judge", at_once)


@pytest.mark.usefixtures("judged")
async def test_decisions_and_judge_are_tested() -> None:
    model = Able(lambda name: name != "order")
    result = await selftest.run(model, SOON_S)
    assert result.judge is JUDGE
    assert result.decisions["strategy"].reliable
    assert result.prompts == selftest.version()
    assert result.questions > 100
    assert result.seconds > 0
    assert model.priorities == {Priority.IDLE}


async def test_cancelling_ends_it_at_once() -> None:
    model = Able(lambda name: True)
    model.piece_delay_s = 3600.0
    testing = asyncio.create_task(selftest.run(model))
    while not model.prompts:
        await asyncio.sleep(0)
    asked = len(model.prompts)
    testing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await testing
    assert len(model.prompts) == asked


async def test_an_error_of_the_model_is_raised_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def lost(model: LanguageModel) -> JudgeSkill:
        raise WorkerLost("It is gone.", "Wait.")

    monkeypatch.setattr(judge_test, "test_judge", lost)
    with pytest.raises(WorkerLost, match="gone"):
        await selftest.run(Able(lambda name: True), SOON_S)


@pytest.mark.model
def test_what_is_known_of_the_embedded_model_is_up_to_date() -> None:
    fingerprint = profile.fingerprint(locate("").path)
    known = profile.tested(None, fingerprint, selftest.version())
    assert known is not None, "run: make profile"
    assert known.unreliable == ()
