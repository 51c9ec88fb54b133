from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.errors import WorkerLost
from jupyter_llmchat.language_model import Message, Part
from jupyter_llmchat.pipeline import Question, review
from jupyter_llmchat.pipeline.deadline import Deadline
from jupyter_llmchat.pipeline.deliberation import Deliberation
from jupyter_llmchat.pipeline.metrics import Meter
from jupyter_llmchat.pipeline.models import OneModel
from jupyter_llmchat.pipeline.quality import Quality
from jupyter_llmchat.pipeline.review import Review
from jupyter_llmchat.pipeline.runtime import Runtime
from jupyter_llmchat.pipeline.writing import Writer
from jupyter_llmchat.protocol import events
from tests.fakes import FakeModel

from .deciding import deciding

POOR = Quality(
    score=40.0,
    relevance=50.0,
    completeness=30.0,
    accuracy=45.0,
    clarity=60.0,
    method="comparison",
    reliability=0.9,
)


class Reviewing:
    """A review of an answer already written, with what it says."""

    def __init__(
        self, model: FakeModel, text: str = "First.", deadline_s: float = 10.0
    ) -> None:
        self.said: list[events.TurnEvent] = []
        now, stop = time.monotonic(), asyncio.Event()
        runtime = Runtime(models=OneModel(model))
        question = Question(turn_id="t", text="Why?", arrived=now)
        deadline = Deadline(now, deadline_s, PipelineConfig())
        writer = Writer(
            runtime, model, question, deadline, Meter(now), stop, lambda event: None
        )
        writer.texts["core"] = text
        say = self.said.append
        self.its = Review(
            runtime=runtime,
            turn_id="t",
            question="Why?",
            messages=(Message("user", (Part("Why?"),)),),
            writer=writer,
            deliberation=Deliberation(runtime, "t", deadline, stop, say),
            deadline=deadline,
            say=say,
        )

    async def run(self, written_ms: float = 10.0) -> float | None:
        try:
            return await self.its.run(written_ms)
        finally:
            await self.its.deliberation.close()

    def of(self, kind: type[Any]) -> list[Any]:
        return [each for each in self.said if isinstance(each, kind)]


@pytest.fixture
def scores(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """What the judge finds, by text."""
    scores = {"First.": 40.0}

    async def rate(
        model: Any, question: str, text: str, *rest: Any, **named: Any
    ) -> Any:
        return replace(POOR, score=scores[text])

    async def suggest(*rest: Any, **named: Any) -> str:
        return "Say why."

    monkeypatch.setattr(review, "rate", rate)
    monkeypatch.setattr(review, "suggest", suggest)
    return scores


@pytest.mark.parametrize(("second", "used"), [(70.0, True), (20.0, False)])
async def test_the_better_text_wins_by_the_judge(
    scores: dict[str, float], second: float, used: bool
) -> None:
    scores["Second."] = second
    model = FakeModel(reply=lambda prompt: "Second.", choice=deciding(improve="yes"))
    case = Reviewing(model)
    assert await case.run() == max(40.0, second)
    (revision,) = case.of(events.Revision)
    assert (revision.text, revision.used) == ("Second.", used)
    assert (revision.first_score, revision.score) == (40.0, second)
    (quality,) = case.of(events.Quality)
    assert (quality.score, quality.improvements) == (40.0, "Say why.")
    assert quality.reliability == 0.9


@pytest.mark.parametrize(
    ("second", "used"), [("Talk about it.", False), ("```\ny = 2\n```", True)]
)
async def test_an_answer_with_code_is_not_given_up_for_one_without(
    scores: dict[str, float], second: str, used: bool
) -> None:
    first = "```python\nx = 1\n```"
    scores |= {first: 40.0, second: 90.0}
    model = FakeModel(reply=lambda prompt: second, choice=deciding(improve="yes"))
    case = Reviewing(model, text=first)
    assert await case.run() == (90.0 if used else 40.0)
    (revision,) = case.of(events.Revision)
    assert revision.used is used


async def test_without_a_wish_to_improve_the_first_stands(
    scores: dict[str, float],
) -> None:
    model = FakeModel(choice=deciding(improve="no"))
    case = Reviewing(model)
    assert await case.run() == 40.0
    assert case.of(events.Revision) == []
    assert model.generated == []


async def test_without_time_it_is_said_and_the_first_stands(
    scores: dict[str, float],
) -> None:
    case = Reviewing(FakeModel(choice=deciding(improve="yes")))
    assert await case.run(written_ms=60_000.0) == 40.0
    assert [each.code for each in case.of(events.Notice)] == ["not_improved"]


async def test_an_empty_answer_is_not_judged(scores: dict[str, float]) -> None:
    case = Reviewing(FakeModel(), text=" ")
    assert await case.run() is None
    assert case.said == []


@pytest.mark.parametrize("failure", [WorkerLost("Gone.", "Wait."), TimeoutError()])
async def test_what_goes_wrong_costs_the_judgement_only(
    monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    async def rate(*rest: Any, **named: Any) -> Any:
        raise failure

    monkeypatch.setattr(review, "rate", rate)
    case = Reviewing(FakeModel())
    assert await case.run() is None
    assert "not_judged" in [each.code for each in case.of(events.Notice)]


async def test_a_second_attempt_that_says_nothing_changes_nothing(
    scores: dict[str, float],
) -> None:
    model = FakeModel(reply=lambda prompt: "", choice=deciding(improve="yes"))
    case = Reviewing(model)
    assert await case.run() == 40.0
    assert case.of(events.Revision) == []


async def test_an_answer_that_stands_on_facts_is_judged_but_not_tried_again(
    scores: dict[str, float],
) -> None:
    model = FakeModel(choice=deciding(improve="yes"))
    case = Reviewing(model)
    case.its = replace(case.its, may_improve=False)
    assert await case.run() == 40.0
    assert case.of(events.Quality) and not case.of(events.Decision)
    assert model.generated == []
