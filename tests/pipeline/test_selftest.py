from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.errors import WorkerLost
from jupyter_llmchat.language_model import Choice, Priority, Prompt
from jupyter_llmchat.models.locate import locate
from jupyter_llmchat.models.profile import Accuracy, Separation
from jupyter_llmchat.pipeline import selftest
from jupyter_llmchat.prompts import catalogue
from jupyter_llmchat.worker.link import WorkerLink
from tests.fakes import FakeModel, prompt_text

DATA = catalogue.selftest()
LABELS = {each.content: each.label for each in DATA.questions}
BELONG = {(each.question, each.answer) for each in DATA.pairs}
PERFECT = Separation(mismatched=1.0, degenerate=1.0)
CHANCE = Separation(mismatched=0.5, degenerate=0.5)
THIRD = Accuracy(calibrated=1 / 3, raw=1 / 3)


class Able(FakeModel):
    """A model that is good at some things, and otherwise always says the same."""

    def __init__(self, *abilities: str) -> None:
        super().__init__(choice=self._choice)
        self.abilities = abilities
        self.priorities: set[Priority] = set()

    async def choose(self, *arguments: Any, **options: Any) -> Choice:
        self.priorities.add(options["priority"])
        return await super().choose(*arguments, **options)

    async def loglik(self, prompt: Prompt, continuation: str, **options: Any) -> float:
        self.priorities.add(options["priority"])
        await super().loglik(prompt, continuation)
        text, given = continuation.strip(), prompt_text(prompt)
        belong = any(
            text in pair and any(each in given for each in pair) for pair in BELONG
        )
        return -1.0 if belong and "likelihood" in self.abilities else -2.0

    def _choice(self, prompt: str, options: tuple[str, ...]) -> str:
        asked = prompt.rpartition("Question:")[2].strip().split("\n")
        if "9" in options:
            belong = (asked[0], asked[1].removeprefix("Answer: ")) in BELONG
            return "9" if belong and "rating" in self.abilities else "1"
        style, start = ("few_shot", " ") if options[0][0] == " " else ("chat", "")
        return start + LABELS[asked[0]] if style in self.abilities else options[0]


@pytest.mark.parametrize(
    ("abilities", "style", "judge"),
    [
        ((), "few_shot", "likelihood"),
        (("few_shot", "likelihood"), "few_shot", "likelihood"),
        (("chat", "rating"), "chat", "rating"),
        (("chat", "few_shot", "rating", "likelihood"), "few_shot", "likelihood"),
    ],
)
async def test_what_the_model_is_better_at_wins(
    abilities: tuple[str, ...], style: str, judge: str
) -> None:
    result = await selftest.run(Able(*abilities))
    assert (result.decision_style, result.judge) == (style, judge)
    assert result.few_shot.calibrated == (1.0 if "few_shot" in abilities else 1 / 3)
    assert result.chat.calibrated == (1.0 if "chat" in abilities else 1 / 3)
    assert result.likelihood == (PERFECT if "likelihood" in abilities else CHANCE)
    assert result.rating == (PERFECT if "rating" in abilities else CHANCE)
    assert (result.questions, result.pairs) == (len(LABELS), len(BELONG))
    assert result.prompts == selftest.version()
    assert result.seconds > 0


async def test_decisions_count_as_they_are_taken_which_is_calibrated() -> None:
    class Leaning(Able):
        async def choose(self, *arguments: Any, **options: Any) -> Choice:
            choice = await super().choose(*arguments, **options)
            first = (1.0, *(0.0 for _ in choice.options[1:]))
            return msgspec.structs.replace(choice, probabilities=first)

    result = await selftest.run(Leaning("few_shot"))
    assert result.few_shot == Accuracy(calibrated=1 / 3, raw=1.0)
    assert result.chat == THIRD
    assert result.accuracy == 1 / 3


async def test_users_questions_go_first() -> None:
    model = Able()
    await selftest.run(model)
    assert model.priorities == {Priority.IDLE}


async def test_cancelling_ends_it_at_once() -> None:
    model = Able()
    model.piece_delay_s = 3600.0
    testing = asyncio.create_task(selftest.run(model))
    while not model.prompts:
        await asyncio.sleep(0)
    testing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await testing
    assert len(model.prompts) == 1


async def test_an_error_of_the_model_is_raised_as_it_is() -> None:
    class Lost(Able):
        async def loglik(self, *arguments: Any, **options: Any) -> float:
            raise WorkerLost("It is gone.", "Wait.")

    with pytest.raises(WorkerLost, match="gone"):
        await selftest.run(Lost())


def test_an_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    assert selftest.auc([2.0, 3.0], [1.0]) == 1.0
    assert selftest.auc([1.0], [2.0, 3.0]) == 0.0
    assert selftest.auc([1.0, 1.0], [1.0]) == 0.5
    assert selftest.auc([1.0, 3.0], [2.0, 0.0]) == 0.75


@pytest.fixture
async def link() -> AsyncIterator[WorkerLink]:
    link = WorkerLink(EngineConfig(model_path=str(locate("").path), n_threads=1))
    await link.start()
    yield link
    await link.stop()


@pytest.mark.model
async def test_the_embedded_model_decides_few_shot_and_judges_by_likelihood(
    link: WorkerLink,
) -> None:
    result = await selftest.run(link)
    assert (result.decision_style, result.judge) == ("few_shot", "likelihood")
    assert result.accuracy >= 0.8
    assert min(result.likelihood.mismatched, result.likelihood.degenerate) >= 0.9
