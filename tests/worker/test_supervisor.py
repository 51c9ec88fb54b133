from __future__ import annotations

import asyncio
import logging
import os
import signal
from pathlib import Path

import pytest

from jupyter_llmchat.errors import ModelUnavailable, WorkerLost
from jupyter_llmchat.language_model import SamplingParams
from jupyter_llmchat.worker.link import WorkerLink
from tests.worker.conftest import StartLink
from tests.worker.test_link import prompt, text_of


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Deaths are logged as errors, and here they are meant."""
    caplog.set_level(logging.CRITICAL)


def _pid(link: WorkerLink) -> int:
    assert link.status.pid is not None
    return link.status.pid


async def _new_worker(link: WorkerLink, old: int) -> None:
    async with asyncio.timeout(10):
        while link.status.pid in (old, None):
            await asyncio.sleep(0.01)
        await link.ready()


async def test_a_model_that_cannot_load_is_not_tried_again(
    start_link: StartLink,
) -> None:
    link = await start_link("hopeless")
    with pytest.raises(ModelUnavailable, match="No such model") as caught:
        await text_of(link, "q")
    assert caught.value.hint == "Set another one."
    assert link.status.state == "failed"
    assert link.status.restarts == 0


async def test_a_death_ends_calls_with_the_cause_and_the_next_one_works(
    start_link: StartLink,
) -> None:
    link = await start_link("answers")
    await link.ready()
    old = _pid(link)
    os.kill(old, signal.SIGKILL)
    await _new_worker(link, old)
    assert await text_of(link, "again") == "again "
    assert link.status.restarts == 1


async def test_what_was_said_before_a_death_has_been_heard(
    start_link: StartLink,
) -> None:
    link = await start_link("dies")
    said = []
    with pytest.raises(WorkerLost, match="exit code 7: last words"):
        async for piece in link.generate(prompt("one two"), SamplingParams()):
            said.append(piece.text)
    assert said == ["one "]


async def test_a_model_that_keeps_dying_is_left_alone(start_link: StartLink) -> None:
    link = await start_link("stillborn", max_restarts=2)
    with pytest.raises(ModelUnavailable, match="died 3 times") as caught:
        async with asyncio.timeout(20):
            await link.ready()
    assert "doctor" in caught.value.hint
    assert link.status.restarts == 2


@pytest.mark.parametrize("kind", ["silent", "stalled"])
async def test_a_worker_that_does_not_do_its_work_is_replaced(
    start_link: StartLink, kind: str
) -> None:
    link = await start_link(kind, silent_s=0.5, max_restarts=100)
    await link.ready()
    old = _pid(link)
    async with asyncio.timeout(10):
        while link.status.restarts == 0:
            await asyncio.sleep(0.01)
    assert not Path(f"/proc/{old}").exists()


async def test_a_worker_that_writes_no_messages_is_given_up(
    start_link: StartLink,
) -> None:
    link = await start_link("babbles", max_restarts=1)
    with pytest.raises(ModelUnavailable, match="SIGKILL"):
        async with asyncio.timeout(20):
            await link.ready()


async def test_a_stopped_process_is_killed_and_replaced(start_link: StartLink) -> None:
    link = await start_link("answers", silent_s=0.5)
    await link.ready()
    old = _pid(link)
    os.kill(old, signal.SIGSTOP)
    await _new_worker(link, old)
    assert await text_of(link, "again") == "again "


async def test_starting_again_after_giving_up(start_link: StartLink) -> None:
    link = await start_link("hopeless")
    with pytest.raises(ModelUnavailable):
        await link.ready()
    await link.stop()
    await link.start()
    assert link.status.state == "starting"
