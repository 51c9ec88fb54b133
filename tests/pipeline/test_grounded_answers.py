"""Whole answers by the embedded model, from what the kernel tells of a notebook."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.models import profile
from jupyter_llmchat.models.locate import locate
from jupyter_llmchat.pipeline import Question, Runtime, answer, selftest, warm_up
from jupyter_llmchat.pipeline.grounding import NAME, NONE
from jupyter_llmchat.pipeline.models import OneModel
from jupyter_llmchat.protocol.events import Chunk, Decision, StageChange
from jupyter_llmchat.worker.link import WorkerLink

from .notebook_facts import GENERAL, PARTS, QUESTIONS

pytestmark = pytest.mark.model

LEAST = 8
"""Of ten questions, those that are answered right."""


@pytest.fixture
async def runtime(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Runtime]:
    caplog.set_level(logging.CRITICAL)
    file = locate("").path
    link = WorkerLink(EngineConfig(model_path=str(file), n_threads=1, calibrate=False))
    await link.start()
    known = profile.tested(None, profile.fingerprint(file), selftest.version())
    runtime = Runtime(models=OneModel(link), self_test=known)
    await warm_up(runtime)
    yield runtime
    await link.stop()


async def first_words(runtime: Runtime, text: str) -> tuple[str, str]:
    """The core of the answer, if it stands on facts, and these."""
    said, chosen = "", NONE
    question = Question(turn_id="t", text=text, arrived=time.monotonic(), context=PARTS)
    async with aclosing(answer(runtime, question, asyncio.Event())) as events:
        async for event in events:
            match event:
                case Decision(name=name) if name == NAME:
                    chosen = event.chosen
                case Chunk(stage="core", text=more):
                    said += more
                    if chosen == NONE:
                        break
                case StageChange(stage="core", phase="end"):
                    break
    return said, chosen


@pytest.mark.timeout(600)
async def test_questions_about_the_notebook_are_answered_from_its_facts(
    runtime: Runtime,
) -> None:
    answers = {text: await first_words(runtime, text) for text, _ in QUESTIONS}
    right = [text for text, expected in QUESTIONS if expected in answers[text][0]]
    assert len(right) >= LEAST, answers


@pytest.mark.timeout(600)
async def test_general_questions_are_not(runtime: Runtime) -> None:
    chosen = {text: (await first_words(runtime, text))[1] for text in GENERAL}
    assert chosen == dict.fromkeys(GENERAL, NONE)
