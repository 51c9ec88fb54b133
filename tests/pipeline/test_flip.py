"""Every decision is the model's: when its choice flips, the path flips."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from jupyter_llmchat.pipeline import Question, answer
from jupyter_llmchat.pipeline.models import OneModel
from jupyter_llmchat.pipeline.runtime import Runtime
from jupyter_llmchat.prompts.deciding import decision
from jupyter_llmchat.prompts.staging import stages
from jupyter_llmchat.protocol import events
from jupyter_llmchat.protocol.requests import ContextPart
from tests.fakes import FakeModel

from .deciding import NAMES, deciding, decision_of

SAID = "A sentence. Another one."
NOTEBOOK = ContextPart(kind="notebook", name="1", text="x = 41")


@dataclass(frozen=True)
class Path:
    """What can be seen of how an answer was made."""

    stages: tuple[str, ...]
    prompts: tuple[str, ...]
    """Of all generations, in the order in which they began."""
    metrics: events.TurnMetrics


async def path(**chosen: str) -> Path:
    """Of one answer, with the model deciding as given and safely about the rest."""
    base = {"strategy": "comprehensive", "parts": "dependent"}
    model = FakeModel(reply=_reply, choice=deciding(**{**base, **chosen}))
    model.likelihood = _refined_is_likelier
    question = Question(
        turn_id="t", text="Why x?", arrived=time.monotonic(), context=(NOTEBOOK,)
    )
    runtime = Runtime(models=OneModel(model))
    async with asyncio.timeout(20):
        said = [each async for each in answer(runtime, question, asyncio.Event())]
    last = said[-1]
    assert isinstance(last, events.Complete)
    return Path(
        stages=last.metrics.stages,
        prompts=tuple(model.generated),
        metrics=last.metrics,
    )


def _reply(prompt: str) -> str:
    refining = stages().refinement.instruction in prompt
    return "What is the value of x?" if refining else SAID


def _refined_is_likelier(prompt: str, continuation: str) -> float:
    return -1.0 if "What is the value of x?" in prompt else -2.0


def asked_for(found: Path, stage: str) -> str:
    """The prompt of a part."""
    texts = stages().stages[stage]  # type: ignore[index]
    asks = (texts.ask, *texts.intents.values())
    return next(p for p in found.prompts if any(ask and ask in p for ask in asks))


def has_context(found: Path) -> bool:
    return NOTEBOOK.text in found.prompts[0]


def attempts(found: Path) -> list[str]:
    texts = stages().improvement
    asks = (texts.both, texts.incomplete, texts.unclear, texts.neither)
    return [ask for p in found.prompts for ask in asks if ask in p]


FLIPS: dict[str, tuple[str, str, dict[str, str], Callable[[Path], Any]]] = {
    "strategy": ("simple", "comprehensive", {}, lambda each: each.stages),
    "intent": ("explain", "code", {}, lambda each: asked_for(each, "detail")),
    "expertise": ("beginner", "expert", {}, lambda each: asked_for(each, "detail")),
    "parts": (
        *("independent", "dependent", {}),
        lambda each: SAID in asked_for(each, "detail"),
    ),
    "order": (
        *("reasons", "details", {}),
        lambda each: asked_for(each, "reasoning").count(SAID),
    ),
    "refine": (
        *("clear", "unclear", {}),
        lambda each: stages().understood in asked_for(each, "detail"),
    ),
    "context": ("notebook", "general", {}, has_context),
    "complete": ("yes", "no", {"improve": "yes"}, attempts),
    "clear": ("yes", "no", {"improve": "yes"}, attempts),
    "improve": ("yes", "no", {}, attempts),
}
"""Two options, what else is decided, and what of the path shows the difference."""


@pytest.mark.parametrize("name", FLIPS)
async def test_flipping_a_decision_flips_the_path(name: str) -> None:
    one, other, rest, seen = FLIPS[name]
    first, second = (
        await path(**{name: one}, **rest),
        await path(**{name: other}, **rest),
    )
    assert seen(first) != seen(second)
    again = await path(**{name: one}, **rest)
    assert seen(first) == seen(again), "nothing but the decision makes the difference"


def test_every_decision_there_is_has_its_flip() -> None:
    tested = {*FLIPS, "tier"}  # see test_model_choice.py
    assert tested == {*NAMES}
    for name in NAMES:
        assert decision(name).name == name


async def test_all_routing_is_by_the_model() -> None:
    metrics = (await path(refine="unclear", improve="yes")).metrics
    assert metrics.llm_first_share == 1.0
    # All but the tier, with one model, and that of using the refined question too.
    assert metrics.decisions == len(FLIPS) + 1


class Undecided(FakeModel):
    """Is not heard about one decision."""

    deaf_to: str = ""

    async def choose(self, prompt: Any, options: Any, **named: Any) -> Any:
        from jupyter_llmchat.errors import WorkerLost
        from tests.fakes import prompt_text

        if decision_of(prompt_text(prompt)) == self.deaf_to:
            raise WorkerLost("It was busy.", "Ask again.")
        return await super().choose(prompt, options, **named)


@pytest.mark.parametrize("name", [each for each in NAMES if each != "tier"])
async def test_what_the_model_did_not_decide_is_the_safe_way_and_counted(
    name: str,
) -> None:
    model = Undecided(reply=_reply, choice=deciding(strategy="comprehensive"))
    model.deaf_to = name
    question = Question(
        turn_id="t", text="Why x?", arrived=time.monotonic(), context=(NOTEBOOK,)
    )
    async with asyncio.timeout(20):
        said = [
            each
            async for each in answer(
                Runtime(models=OneModel(model)), question, asyncio.Event()
            )
        ]
    defaults = [
        each
        for each in said
        if isinstance(each, events.Decision) and each.source == "default"
    ]
    # All of a batch are lost with one.
    assert name in {each.name for each in defaults}
    for each in defaults:
        assert (each.chosen, each.options) == (decision(each.name).safe, ())
    assert any(isinstance(each, events.Notice) for each in said)
    last = said[-1]
    assert isinstance(last, events.Complete)
    share = last.metrics.llm_first_share
    assert share is not None
    assert share < 1


async def test_a_wish_of_the_users_is_no_decision_of_the_models() -> None:
    model = FakeModel(reply=_reply, choice=deciding(strategy="comprehensive"))
    question = Question(
        turn_id="t", text="Why?", arrived=time.monotonic(), strategy="simple"
    )
    runtime = Runtime(models=OneModel(model))
    async with asyncio.timeout(20):
        said = [each async for each in answer(runtime, question, asyncio.Event())]
    assert said[-1].metrics.stages == ("core",)  # type: ignore[union-attr]
