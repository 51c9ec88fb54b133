from __future__ import annotations

import pytest

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.errors import ContextOverflow, WorkerLost
from jupyter_llmchat.pipeline.budget import Room, Sizes, counted, room
from jupyter_llmchat.pipeline.fitting import FAR
from jupyter_llmchat.pipeline.question import Exchange, Question
from jupyter_llmchat.prompts import catalogue
from jupyter_llmchat.protocol.requests import ContextPart
from tests.fakes import FakeModel

PROMPTS = catalogue.stages()
CONFIG = PipelineConfig(prompt_tokens=800, stage_tokens=100)


def _question(**fields: object) -> Question:
    return Question(turn_id="t", text="Why?", arrived=0.0, **fields)  # type: ignore[arg-type]


def _room(question: int = 50, n_ctx: int = 8192, *exchanges: int) -> Room:
    sizes = Sizes(fixed=100, question=question, exchanges=exchanges, parts=())
    return room(sizes, _question(), CONFIG, n_ctx)


async def test_every_piece_is_counted_in_one_call() -> None:
    class Once(FakeModel):
        calls = 0

        async def count(
            self, texts: tuple[str, ...], *, deadline: float | None = None
        ) -> tuple[int, ...]:
            self.calls += 1
            return await super().count(texts, deadline=deadline)

    model = Once()
    parts = (ContextPart(kind="cell", name="3", text="x" * 40),)
    history = (Exchange(question="q" * 4, answer="a" * 8),)
    question = _question(context=parts, history=history)
    sizes = await counted(model, question, PROMPTS, CONFIG, None)
    assert model.calls == 1
    assert sizes.question == 1
    assert [each.text for each in sizes.parts] == [10]
    assert sizes.parts[0].tokens > 10
    assert sizes.exchanges[0] >= 3


async def test_what_is_surely_too_long_is_not_counted() -> None:
    long = "x" * 10_000
    parts = tuple(ContextPart(kind="file", text=text) for text in (long, "short"))
    history = (Exchange(question="q", answer=long), Exchange(question="q", answer="a"))
    question = _question(context=parts, history=history)
    sizes = await counted(FakeModel(), question, PROMPTS, CONFIG, None)
    assert [each.text for each in sizes.parts] == [FAR, 2]
    assert [each == FAR for each in sizes.exchanges] == [True, False]


async def test_an_error_of_the_model_is_passed_on() -> None:
    class Lost(FakeModel):
        async def count(self, *arguments: object, **options: object) -> tuple[int, ...]:
            raise WorkerLost("It is gone.", "Wait.")

    with pytest.raises(WorkerLost):
        await counted(Lost(), _question(), PROMPTS, CONFIG, None)


def test_the_setting_is_the_limit_or_what_the_stages_leave_of_the_context() -> None:
    assert _room().limit == 800
    assert _room(50, 1000).limit == 700
    assert _room(50, 0).limit == 800
    assert _room(50, 400).limit == 200, "half the context at least"


def test_small_changes_of_the_question_change_nothing() -> None:
    assert _room(20) == _room(99)
    assert _room(20) != _room(101)


def test_a_long_question_takes_the_room_of_the_rest() -> None:
    alone = _room(2000)
    assert (alone.limit, alone.beside, alone.context) == (2100, 0, 0)


def test_a_question_longer_than_the_context_is_refused_with_figures() -> None:
    with pytest.raises(ContextOverflow) as raised:
        _room(2000, 2048)
    assert raised.value.message == (
        "The question has 2000 tokens; of the model's context of 2048 tokens 1648 are "
        "free for it."
    )
    assert "n_ctx" in raised.value.hint


def test_the_last_exchange_goes_before_the_notebook() -> None:
    usual = _room(50, 8192, 100)
    assert (usual.beside, usual.context) == (600, 420)
    long = _room(50, 8192, 450)
    assert (long.beside, long.context) == (600, 100)
    longer = _room(50, 8192, 640)
    assert (longer.beside, longer.context) == (640, 0)
    too_long = _room(50, 8192, 900)
    assert (too_long.beside, too_long.context) == (600, 420)
