from __future__ import annotations

import asyncio
import threading
from contextlib import aclosing

import pytest

from jupyter_llmchat import errors
from jupyter_llmchat.kernel.scripting.async_chat import (
    aask,
    aask_events,
    aconnect,
    in_thread,
)
from jupyter_llmchat.protocol.events import Chunk
from tests.kernel.builders import answer, failed, numbered, start
from tests.kernel.scripted_server import ScriptedServer, stream

from .conftest import ASK, WAIT_S


async def test_a_question_gets_its_answer(found: ScriptedServer) -> None:
    found.on(ASK, stream(answer("Because.")))
    assert (await aask("Why?", seed=1)).text == "Because."
    assert [event async for event in aask_events("Why?")] == answer("Because.")


async def test_an_answer_that_fails_raises_its_error(found: ScriptedServer) -> None:
    found.on(ASK, stream(numbered(start(), failed())))
    with pytest.raises(errors.WorkerLost):
        await aask("Why?")


async def test_an_empty_question_is_refused_at_once() -> None:
    with pytest.raises(errors.BadRequest, match="empty"):
        aask_events(" ")


async def test_no_server_that_could_be_used(
    found: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMCHAT_TOKEN", "wrong")
    with pytest.raises(errors.ServerUnreachable, match="refuses the token"):
        await aask("Why?")
    with pytest.raises(errors.ServerUnreachable, match="refuses the token"):
        async with aconnect():
            pass


async def test_others_run_while_an_answer_is_written(
    found: ScriptedServer, endless: threading.Event
) -> None:
    asking = asyncio.create_task(aask("Why?"))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not asking.done()
    endless.set()
    assert (await asking).finish_reason == "cancelled"


async def test_leaving_the_events_stops_the_answer(
    found: ScriptedServer, endless: threading.Event
) -> None:
    async with aclosing(aask_events("Why?")) as events:
        async for event in events:
            if isinstance(event, Chunk):
                break
    assert endless.is_set()


async def test_cancelling_who_waits_stops_the_answer(
    found: ScriptedServer, endless: threading.Event
) -> None:
    begun = asyncio.Event()

    async def listen() -> None:
        async for event in aask_events("Why?"):
            if isinstance(event, Chunk):
                begun.set()

    listening = asyncio.create_task(listen())
    await asyncio.wait_for(begun.wait(), WAIT_S)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    assert await asyncio.to_thread(endless.wait, WAIT_S)


async def test_an_answer_that_takes_too_long_is_stopped(
    found: ScriptedServer, endless: threading.Event
) -> None:
    with pytest.raises(errors.TimedOut):
        await aask("Why?", timeout=0.3)
    assert endless.is_set()


async def test_a_chat_stays_in_its_session(found: ScriptedServer) -> None:
    found.on(ASK, stream(answer("Because.")))
    async with aconnect() as chat:
        texts = await asyncio.gather(*(chat.ask("Why?") for _ in range(4)))
        assert [event async for event in chat.ask_events("And?")] == answer("Because.")
        assert chat.chat.session_id == "session1"
    assert [each.text for each in texts] == ["Because."] * 4
    assert len(found.asked("POST sessions")) == 1


async def test_a_chat_that_has_not_been_opened() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        await aconnect().ask("Why?")


async def test_a_thread_gives_what_its_work_gives() -> None:
    assert await in_thread(lambda: 42) == 42
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 // 0)


def test_the_end_of_a_program_does_not_wait_for_a_thread() -> None:
    go_on = threading.Event()

    async def impatient() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await in_thread(lambda: go_on.wait(WAIT_S))

    asyncio.run(impatient())
    go_on.set()
