"""`python -m tests.server.paced_server`: a real server that pauses in its answers.

After the first words it waits until the file exists that LLMCHAT_TEST_GO names.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import msgspec

from jupyter_llmchat.cli import main
from jupyter_llmchat.pipeline import Question
from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.server.app import LLMChatApp
from jupyter_llmchat.server.services import Services

from .builders import HostedFake, complete, said

FIRST = "Forty"
REST = ("-two", ".")


async def answer(
    question: Question, stop: asyncio.Event
) -> AsyncGenerator[TurnEvent, None]:
    go_on = Path(os.environ["LLMCHAT_TEST_GO"])
    for event in said(FIRST, *REST):
        yield msgspec.structs.replace(event, turn_id=question.turn_id)
        while getattr(event, "text", "") == FIRST and not go_on.exists():
            if stop.is_set():
                yield complete("cancelled")
                return
            await asyncio.sleep(0.02)


def new_services(app: LLMChatApp) -> Services:
    return Services(
        app.server_settings(), HostedFake(), answer=answer, beat=app._beat, log=app.log
    )


if __name__ == "__main__":
    LLMChatApp.new_services = new_services  # type: ignore[method-assign]
    sys.exit(main(["serve", "--", *sys.argv[1:]]))
