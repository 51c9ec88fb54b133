from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from jupyter_llmchat.errors import WorkerLost
from jupyter_llmchat.language_model import Choice, Priority, Prompt
from jupyter_llmchat.pipeline import judge_test
from jupyter_llmchat.prompts.comparison import comparison
from jupyter_llmchat.prompts.comparison import judge_test as data
from tests.fakes import FakeModel, prompt_text

ROWS = data().rows
GOOD = {row.good for row in ROWS}
BELONG = {(row.question, row.good) for row in ROWS}


class Able(FakeModel):
    """A model that knows good answers: by comparison, by rating, or not at all.

    `offset` is added to what it makes of every text after good answers.
    """

    def __init__(self, *abilities: str, offset: float = 0.0) -> None:
        super().__init__(choice=self._choice)
        self.abilities = abilities
        self.offset = offset
        self.priorities: set[Priority] = set()
        self.at_once = self.most_at_once = 0

    async def choose(self, *arguments: Any, **options: Any) -> Choice:
        self.priorities.add(options["priority"])
        return await super().choose(*arguments, **options)

    async def loglik(self, prompt: Prompt, continuation: str, **options: Any) -> float:
        self.priorities.add(options["priority"])
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await super().loglik(prompt, continuation)
        await asyncio.sleep(0)
        self.at_once -= 1
        text = prompt_text(prompt)
        if not text.startswith(comparison().good[0]):
            return -3.0
        question = text.rpartition("Question:")[2].partition("\n")[0].strip()
        known = (question, continuation.strip()) in BELONG
        better = known and "comparison" in self.abilities
        return self.offset + (-1.0 if better else -4.0)

    def _choice(self, prompt: str, options: tuple[str, ...]) -> str:
        if "9" not in options:
            return options[0]
        asked = prompt.rpartition("Question:")[2].strip().split("\nAnswer: ")
        belong = (asked[0], asked[1].partition("\nRating:")[0]) in BELONG
        return "9" if belong and "rating" in self.abilities else "1"


@pytest.mark.parametrize(
    ("abilities", "method", "overall"),
    [
        ((), "comparison", 0.5),
        (("comparison",), "comparison", 1.0),
        (("rating",), "rating", 1.0),
        (("comparison", "rating"), "comparison", 1.0),
    ],
)
async def test_the_way_that_tells_most_is_chosen(
    abilities: tuple[str, ...], method: str, overall: float
) -> None:
    skill = await judge_test.test_judge(Able(*abilities))
    assert skill.method == method
    assert skill.reliability.overall == pytest.approx(overall, abs=0.2)
    assert skill.rows == len(ROWS)
    assert skill.version == judge_test.version()
    assert skill.seconds > 0


async def test_scales_that_tell_all_there_is_are_left_as_they_are() -> None:
    skill = await judge_test.test_judge(Able("comparison"))
    assert skill.scales is None


async def test_what_is_found_can_be_stored() -> None:
    skill = await judge_test.test_judge(Able("comparison"))
    text = msgspec.json.encode(skill)
    assert msgspec.json.decode(text, type=type(skill)) == skill


async def test_users_questions_go_first_and_few_answers_are_read_at_once() -> None:
    model = Able()
    await judge_test.test_judge(model)
    assert model.priorities == {Priority.IDLE}
    assert model.most_at_once <= 3 * judge_test.AT_ONCE


async def test_cancelling_ends_it_at_once() -> None:
    model = Able()
    model.piece_delay_s = 3600.0
    testing = asyncio.create_task(judge_test.test_judge(model))
    while not model.prompts:
        await asyncio.sleep(0)
    testing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await testing


async def test_an_error_of_the_model_is_raised_as_it_is() -> None:
    class Lost(Able):
        async def loglik(self, *arguments: Any, **options: Any) -> float:
            raise WorkerLost("It is gone.", "Wait.")

    with pytest.raises(WorkerLost, match="gone"):
        await judge_test.test_judge(Lost())


def test_an_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    assert judge_test.auc([2.0, 3.0], [1.0]) == 1.0
    assert judge_test.auc([1.0, 1.0], [1.0]) == 0.5
    assert judge_test.auc([1.0, 3.0], [2.0, 0.0]) == 0.75
