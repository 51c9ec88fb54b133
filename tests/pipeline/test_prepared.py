from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from jupyter_llmchat.config import EngineConfig, PipelineConfig
from jupyter_llmchat.language_model import ChatPrompt, SamplingParams, Usage
from jupyter_llmchat.models.locate import locate
from jupyter_llmchat.pipeline.context import fitted
from jupyter_llmchat.pipeline.prepared import FACTS, prepare
from jupyter_llmchat.pipeline.question import Exchange, Question
from jupyter_llmchat.prompts import catalogue
from jupyter_llmchat.protocol.requests import ContextPart
from jupyter_llmchat.worker.link import WorkerLink
from tests.fakes import FakeModel, prompt_text

CONFIG = PipelineConfig()
PROMPTS = catalogue.stages()
ENDING = 12
"""Tokens that a chat template puts after a question at most."""
CELLS = tuple(
    ContextPart(
        kind="notebook",
        name=f"[{number}]",
        text=f"sales_{number} = pd.read_csv('sales_{number}.csv')\n"
        f"sales_{number}['price'] = sales_{number}['total'] / sales_{number}['count']\n"
        f"sales_{number}.groupby('shop')['price'].mean().plot(kind='bar')",
    )
    for number in range(1, 5)
)
VARIABLES = ContextPart(
    kind="variables", text="sales_1: DataFrame, 120 rows, columns shop, total, count"
)
EXCHANGE = Exchange(
    question="What does the second cell do?",
    answer="It reads the sales of the second year, computes the price of one piece and "
    "draws the mean price of every shop as a bar.",
)


def _question(text: str = "Which shop is the most expensive?", **f: Any) -> Question:
    fields = {"context": (*CELLS, VARIABLES), **f}
    return Question(turn_id="t", text=text, arrived=0.0, **fields)  # type: ignore[arg-type]


async def test_all_that_stands_before_a_question_is_read() -> None:
    model = FakeModel()
    question = _question(history=(EXCHANGE,))
    await prepare(model, question, CONFIG)
    talk = await fitted(model, replace(question, context=CELLS), PROMPTS, CONFIG)
    wanted = [prompt_text(ChatPrompt(talk.messages(each))) for each in (True, False)]
    *conversations, fact = model.prompts
    assert fact.endswith(f"Fact: {VARIABLES.text}\nQuestion:")
    for prepared, asked in zip(conversations, wanted, strict=True):
        known = asked[: asked.index(question.text)]
        assert prepared.startswith(known)
        assert len(prepared) <= len(known) + len("?\n")


async def test_the_conversation_alone_is_read_only_if_it_is_short() -> None:
    long = Exchange(question="q", answer="a " * 2000)
    for history in ((long,), ()):
        model = FakeModel()
        await prepare(model, _question(history=history, context=CELLS), CONFIG)
        assert len(model.prompts) == 1


async def test_the_facts_that_come_first_are_read() -> None:
    model = FakeModel()
    lines = "\n".join(f"x{number} is {number}." for number in range(FACTS + 5))
    known = ContextPart(kind="variables", name="x", text=lines)
    await prepare(model, _question(context=(known,)), CONFIG)
    assert len(model.prompts) == 1 + FACTS
    assert model.prompts[-1].endswith(f"x{FACTS - 1} is {FACTS - 1}.\nQuestion:")


@pytest.fixture
async def link(caplog: pytest.LogCaptureFixture) -> AsyncIterator[WorkerLink]:
    caplog.set_level(logging.CRITICAL)
    engine = EngineConfig(model_path=str(locate("").path), n_ctx=4096, n_threads=1)
    link = WorkerLink(engine)
    await link.start()
    yield link
    await link.stop()


async def _asked(link: WorkerLink, question: Question) -> Usage:
    """What a question takes; its prompt has as many tokens as was counted or fewer."""
    talk = await fitted(link, question, PROMPTS, CONFIG)
    prompt = ChatPrompt(talk.messages())
    params = SamplingParams(max_tokens=1, temperature=0)
    pieces = [piece async for piece in link.generate(prompt, params)]
    usage = pieces[-1].usage
    assert usage is not None
    assert usage.prompt_tokens <= talk.tokens <= usage.prompt_tokens * 1.5
    return usage


def _read(usage: Usage) -> int:
    return usage.prompt_tokens - usage.cached_tokens


@pytest.mark.model
async def test_a_prepared_question_costs_its_own_tokens(link: WorkerLink) -> None:
    question = _question(context=CELLS)
    await prepare(link, question, CONFIG)
    (own,) = await link.count((question.text,))
    usage = await _asked(link, question)
    assert usage.prompt_tokens > 250
    assert _read(usage) <= own + ENDING


@pytest.mark.model
async def test_only_what_has_changed_is_read_again(link: WorkerLink) -> None:
    """After a cell more, an edit of a late one, and an answer."""
    before = _question(context=CELLS[:3])
    await prepare(link, before, CONFIG)
    (own, cell) = await link.count((before.text, CELLS[3].text))
    added = await _asked(link, _question(context=CELLS))
    assert _read(added) <= cell + own + 2 * ENDING
    edited = replace(before, context=(*CELLS[:2], replace_text(CELLS[2], "1 / 0")))
    assert _read(await _asked(link, edited)) <= own + 2 * ENDING
    answered = replace(before, history=(EXCHANGE,))
    await prepare(link, answered, CONFIG)
    later = replace(answered, text="And the cheapest?")
    (own,) = await link.count((later.text,))
    assert _read(await _asked(link, later)) <= own + ENDING


def replace_text(part: ContextPart, text: str) -> ContextPart:
    return ContextPart(kind=part.kind, name=part.name, text=text)
