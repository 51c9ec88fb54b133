"""The real worker process with the embedded model."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.errors import ModelUnavailable, WorkerLost
from jupyter_llmchat.language_model import (
    ChatPrompt,
    Message,
    Part,
    SamplingParams,
    TextPrompt,
)
from jupyter_llmchat.models.locate import locate
from jupyter_llmchat.worker.link import WorkerLink

pytestmark = pytest.mark.model

STORY = ChatPrompt((Message("user", (Part("Tell me a long story."),)),))


@pytest.fixture
async def link(caplog: pytest.LogCaptureFixture) -> AsyncIterator[WorkerLink]:
    caplog.set_level(logging.CRITICAL)
    engine = EngineConfig(model_path=str(locate("").path), n_ctx=2048, n_threads=1)
    link = WorkerLink(engine)
    await link.start()
    yield link
    await link.stop()


async def test_the_model_answers(link: WorkerLink) -> None:
    pieces = [
        piece
        async for piece in link.generate(
            STORY, SamplingParams(max_tokens=20, temperature=0)
        )
    ]
    text = "".join(piece.text for piece in pieces)
    assert len(text.split()) > 8
    assert pieces[-1].finish_reason == "length"
    assert link.status.in_force["n_ctx"] == 2048


async def test_a_kill_in_the_middle_of_an_answer(link: WorkerLink) -> None:
    said = ""
    with pytest.raises(WorkerLost, match="SIGKILL"):
        async for piece in link.generate(STORY, SamplingParams(max_tokens=500)):
            said += piece.text
            if len(said) > 20:
                assert link.status.pid is not None
                os.kill(link.status.pid, signal.SIGKILL)
    assert len(said) > 20
    await link.ready()
    assert link.status.restarts == 1


async def test_a_cancel_during_a_long_prompt_leaves_the_model_free(
    link: WorkerLink,
) -> None:
    await link.ready()
    long = TextPrompt((Part("word " * 1500),))
    task = asyncio.create_task(link.loglik(long, "end"))
    await asyncio.sleep(0.1)
    task.cancel()
    short = link.generate(STORY, SamplingParams(max_tokens=1))
    first = await anext(short)
    assert first.tokens == 1
    await short.aclose()


async def test_counting_does_not_wait_for_a_long_prompt(link: WorkerLink) -> None:
    await link.ready()
    long = asyncio.create_task(link.loglik(TextPrompt((Part("word " * 1900),)), "end"))
    await asyncio.sleep(0.1)
    # What looks like a control token is counted as the content that it is.
    assert await link.count(("word word", "<|im_end|>", "")) == (2, 7, 0)
    assert not long.done()
    long.cancel()


async def test_a_prompt_beyond_the_context_says_both_sizes(link: WorkerLink) -> None:
    from jupyter_llmchat.errors import ContextOverflow

    with pytest.raises(ContextOverflow, match="2048"):
        await link.loglik(TextPrompt((Part("word " * 3000),)), "end")


async def test_a_damaged_file_ends_in_a_sentence(tmp_path: Path) -> None:
    source = locate("").path.read_bytes()
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(source[: len(source) // 2])
    link = WorkerLink(EngineConfig(model_path=str(damaged)))
    await link.start()
    with pytest.raises(ModelUnavailable, match=r"damaged\.gguf cannot be loaded"):
        await link.ready()
    await link.stop()


def test_the_worker_goes_when_its_parent_is_killed() -> None:
    script = (
        "import asyncio\n"
        "from jupyter_llmchat.config import EngineConfig\n"
        "from jupyter_llmchat.models.locate import locate\n"
        "from jupyter_llmchat.worker.link import WorkerLink\n"
        "async def main():\n"
        "    link = WorkerLink(EngineConfig(model_path=str(locate('').path)))\n"
        "    await link.start()\n"
        "    await link.ready()\n"
        "    print(link.status.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        worker = Path("/proc") / parent.stdout.readline().strip()
        assert worker.exists()
        parent.kill()
    end = time.monotonic() + 5
    while worker.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not worker.exists()
