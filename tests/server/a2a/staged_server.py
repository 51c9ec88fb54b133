"""`python -m tests.server.a2a.staged_server`: a server whose answers have two stages.

As tests.server.fake_server; a question that begins with "Wait" is answered in part, and
then only when it is stopped.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator

from jupyter_llmchat.cli import main
from jupyter_llmchat.pipeline import Question
from jupyter_llmchat.protocol.events import StageChange, TurnEvent
from jupyter_llmchat.server.app import LLMChatApp
from jupyter_llmchat.server.services import Services
from tests.server.builders import HostedFake, Script, chunk, complete, decision


def stage(name: str, *words: str) -> tuple[TurnEvent, ...]:
    """A stage of these words, from its beginning to its end."""
    return (
        StageChange(turn_id="", stage=name, phase="start"),  # type: ignore[arg-type]
        *(chunk(word, number, name) for number, word in enumerate(words)),
        StageChange(turn_id="", stage=name, phase="end"),  # type: ignore[arg-type]
    )


ANALYSIS = stage("analysis", "It is ", "a number.")
STAGED = (decision(), *ANALYSIS, *stage("core", "Forty", "-two", "."), complete())


def waiting() -> tuple[TurnEvent | asyncio.Event, ...]:
    """Nothing follows the first words."""
    return (*ANALYSIS[:2], asyncio.Event())


async def answer(
    question: Question, stop: asyncio.Event
) -> AsyncGenerator[TurnEvent, None]:
    """Takes the place of the pipeline."""
    steps = waiting() if question.text.startswith("Wait") else STAGED
    async for event in Script(steps)(question, stop):
        yield event


def new_services(app: LLMChatApp) -> Services:
    return Services(
        app.server_settings(), HostedFake(), answer=answer, beat=app._beat, log=app.log
    )


if __name__ == "__main__":
    LLMChatApp.new_services = new_services  # type: ignore[method-assign]
    sys.exit(main(["serve", "--", *sys.argv[1:]]))
