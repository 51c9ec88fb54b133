from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import astuple, replace
from typing import Any

import msgspec
import pytest

from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.errors import GenerationFailed
from jupyter_llmchat.language_model import Prompt
from jupyter_llmchat.models.judge_skill import Scale
from jupyter_llmchat.models.locate import locate
from jupyter_llmchat.pipeline.comparison import Features
from jupyter_llmchat.pipeline.quality import (
    CRITERIA,
    Quality,
    probabilities,
    rate,
    shipped,
)
from jupyter_llmchat.prompts.comparison import judge_test
from jupyter_llmchat.worker.link import WorkerLink
from tests.fakes import FakeModel
from tests.models.test_judge_skill import SKILL

GOOD = Features(
    fluency=-2.0,
    answer_gain=0.7,
    question_gain=1.5,
    sense=0.4,
    information=3.5,
    helps=-0.7,
    not_asked=-2.0,
    wrong=-2.0,
)


def scores(quality: Quality) -> list[float]:
    return [quality.score, *(getattr(quality, name) for name in CRITERIA)]


async def test_an_answer_gets_a_score_and_four_criteria() -> None:
    quality = await rate(FakeModel(), "Why?", "So.")
    assert all(0 <= each <= 100 for each in scores(quality))
    assert (quality.method, quality.reliability) == ("comparison", None)


async def test_an_empty_answer_is_worth_nothing_and_nobody_is_asked() -> None:
    model = FakeModel()
    quality = await rate(model, "Why?", " \n")
    assert scores(quality) == [0.0] * 5
    assert not model.prompts


async def test_what_the_test_has_found_goes_with_the_score() -> None:
    skill = msgspec.structs.replace(SKILL, scales=None)
    quality = await rate(FakeModel(), "Why?", "So.", skill)
    assert quality.reliability == SKILL.reliability.overall
    assert quality.tested == SKILL.reliability


async def test_a_model_is_judged_by_its_own_scales() -> None:
    sure = Scale(30.0, (0.0,) * 8)
    unsure = Scale(0.0, (0.0,) * 8)
    scales = msgspec.structs.replace(
        shipped(), relevance=sure, completeness=sure, accuracy=unsure, clarity=sure
    )
    skill = msgspec.structs.replace(SKILL, scales=scales)
    quality = await rate(FakeModel(), "Why?", "So.", skill)
    assert quality.relevance == pytest.approx(100)
    assert quality.accuracy == pytest.approx(50)


async def test_a_model_that_rates_well_is_asked_for_a_rating() -> None:
    model = FakeModel(
        choice=lambda prompt, options: "9" if "9" in options else options[0]
    )
    skill = msgspec.structs.replace(SKILL, method="rating", scales=None)
    quality = await rate(model, "Why?", "So.", skill)
    expected = (0.8 * 9 + 0.2 / 8 * sum(range(1, 9)) - 1) / 8
    assert quality.score == pytest.approx(100 * expected)
    assert quality.method == "rating"


@pytest.mark.parametrize(
    "worse",
    [
        {"answer_gain": 0.0},
        {"question_gain": -0.5},
        {"sense": -0.5},
        {"information": 0.0},
        {"fluency": -5.0},
    ],
    ids=lambda each: next(iter(each)),
)
def test_what_is_bad_in_one_way_is_not_good(worse: dict[str, float]) -> None:
    good = probabilities(GOOD, shipped())["overall"]
    bad = probabilities(replace(GOOD, **worse), shipped())["overall"]
    assert bad < good
    assert good > 0.7


def test_being_good_in_other_ways_does_not_make_up_for_nonsense() -> None:
    nonsense = replace(GOOD, sense=-0.5, answer_gain=3.0, question_gain=5.0)
    assert probabilities(nonsense, shipped())["overall"] < 0.1


def test_the_features_have_the_order_of_the_weights() -> None:
    assert GOOD.vector == astuple(GOOD)
    assert len(shipped().relevance.weights) == len(GOOD.vector)


async def test_an_error_of_the_model_is_raised_as_it_is() -> None:
    class Late(FakeModel):
        async def loglik(self, prompt: Prompt, continuation: str, **rest: Any) -> float:
            raise GenerationFailed("The time was over.", "Allow more time.")

    with pytest.raises(GenerationFailed, match="over"):
        await rate(Late(), "Why?", "So.")


@pytest.fixture
async def link() -> AsyncIterator[WorkerLink]:
    link = WorkerLink(EngineConfig(model_path=str(locate("").path), n_threads=1))
    await link.start()
    yield link
    await link.stop()


@pytest.mark.model
async def test_the_embedded_model_tells_good_answers_from_others(
    link: WorkerLink,
) -> None:
    rows = judge_test().rows
    for kind in ("mismatched", "degenerate"):
        row = next(each for each in rows if each.kind == kind)
        good = await rate(link, row.question, row.good)
        bad = await rate(link, row.question, row.bad)
        assert good.score > 50 > bad.score
