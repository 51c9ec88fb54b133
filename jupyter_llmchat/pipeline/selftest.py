"""What works for a model, found out with questions whose answers are known.

Methods that are good for one model are useless for another (DESIGN §2), so each is
measured before it is relied on. Nothing is generated, and everything that is asked
gives way to the questions of users.
"""

from __future__ import annotations

import functools
import hashlib
import time

import msgspec

from jupyter_llmchat.language_model import LanguageModel
from jupyter_llmchat.models.profile import SelfTest
from jupyter_llmchat.prompts import catalogue, deciding

from . import judge_test
from .decision_test import LONGEST_S, decision_skills
from .decisions import render


async def run(model: LanguageModel, longest_s: float = LONGEST_S) -> SelfTest:
    """Takes a minute or two with the embedded model; it can be cancelled.

    `longest_s` limits how many contents are decided on.

    Raises what the model raises, an LLMChatError.
    """
    started = time.monotonic()
    data = catalogue.selftest()
    decisions = await decision_skills(model, longest_s)
    judge = await judge_test.test_judge(model)
    return SelfTest(
        prompts=version(),
        decisions=decisions,
        judge=judge,
        questions=len(data.questions) + len(data.answers),
        seconds=time.monotonic() - started,
    )


@functools.cache
def version() -> str:
    """Of the prompts and the test set: with others a result says nothing."""
    prompts = (*deciding.members("question"), *deciding.members("answer"))
    texts = (
        [render(each, "", "few_shot") for each in prompts],
        [render(each, "", "chat") for each in prompts],
        prompts,
        deciding.vocabulary("question"),
        deciding.vocabulary("answer"),
        judge_test.version(),
        catalogue.selftest(),
    )
    return hashlib.sha256(msgspec.json.encode(texts)).hexdigest()[:16]
