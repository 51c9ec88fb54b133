"""What every answer begins with, read by the model in idle time before anyone asks."""

from __future__ import annotations

import time

from jupyter_llmchat.language_model import ChatPrompt, Priority, Prompt
from jupyter_llmchat.models.decision_skill import DEFAULT_STYLE
from jupyter_llmchat.prompts import catalogue
from jupyter_llmchat.prompts.deciding import Subject, members

from .comparison import heads
from .context import fitted
from .decisions import answered, render
from .grounding import ahead
from .question import Question
from .runtime import Runtime

STAND_IN = "N/A"
"""Stands where a content will stand."""


async def warm_up(runtime: Runtime) -> None:
    """Returns once all of it is in the cache. Raises what the model raises."""
    model = runtime.decider
    asked = Question(turn_id="", text="Hello", arrived=time.monotonic())
    hello = await fitted(model, asked, catalogue.stages(), runtime.config)
    await model.prepare(ChatPrompt(hello.messages()), lasting=True)
    for subject in ("question", "answer"):
        await model.prepare(_opening(runtime, subject), lasting=True)
    for beginning in (*heads(), ahead()):
        await model.prepare(beginning, lasting=True)
    # Calibrates what has no weighing: what the model says to no content at all.
    for subject, content in (("question", STAND_IN), ("answer", answered("?", "?"))):
        names = [each.name for each in members(subject)]
        await runtime.decide("", names, content, priority=Priority.IDLE)


def _opening(runtime: Runtime, subject: Subject) -> Prompt:
    """Up to the content; what follows differs."""
    first = members(subject)[0]
    skill = runtime.self_test.decisions.get(first.name) if runtime.self_test else None
    content = STAND_IN if subject == "question" else answered(STAND_IN, STAND_IN)
    return render(first, content, skill.style if skill else DEFAULT_STYLE)
