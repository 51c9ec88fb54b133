"""The machine's clock jumps: order and deadlines do not depend on it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator

import pytest

from jupyter_llmchat.pipeline import Question
from jupyter_llmchat.protocol.events import Complete, TurnEvent
from jupyter_llmchat.server import running as module
from jupyter_llmchat.server.services import Services
from jupyter_llmchat.store import columns

from .builders import (
    Script,
    all_of,
    ask_body,
    chunk,
    complete,
    new_session,
    text_of,
)

DAY_S, YEAR_S = 86_400.0, 31_536_000.0
JUMPS_S = (DAY_S, -DAY_S, YEAR_S, -YEAR_S)


class Clock:
    """The wall clock, off by `ahead_s`."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.ahead_s = 0.0
        now, now_ns = time.time, time.time_ns
        patch.setattr(time, "time", lambda: now() + self.ahead_s)
        patch.setattr(time, "time_ns", lambda: now_ns() + int(self.ahead_s * 1e9))


class Jumping(Script):
    """While it answers, the clock jumps before every word."""

    clock: Clock
    rng = random.Random(3)

    async def __call__(
        self, question: Question, stop: asyncio.Event
    ) -> AsyncGenerator[TurnEvent, None]:
        async for event in super().__call__(question, stop):
            self.clock.ahead_s = self.rng.choice(JUMPS_S)
            yield event


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    script = Jumping([*(chunk(f"{n} ", n) for n in range(20)), complete()])
    script.clock = Clock(monkeypatch)
    return script


async def test_the_order_is_that_in_which_things_were_said(
    services: Services, script: Script
) -> None:
    turns, store = await services.turns(), await services.store()
    sessions = [await new_session(services) for _ in range(2)]
    expected = "".join(f"{n} " for n in range(20))
    for number in range(20):
        body = ask_body(f"question {number}")
        events = await all_of(await turns.ask("local", sessions[0], body))
        assert text_of(events) == expected
    messages = await store.messages("local", sessions[0])
    assert [each.text for each in messages[::2]] == [f"question {n}" for n in range(20)]
    assert {each.text for each in messages[1::2]} == {expected.strip()}
    listed = await store.sessions("local")
    assert [each.id for each in listed] == sessions
    assert abs(listed[0].updated - columns.time.time()) < 3 * YEAR_S


async def test_a_clock_that_jumps_ahead_ends_no_answer(
    services: Services, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OVERTIME_S", 0.0)
    turns, session = await services.turns(), await new_session(services)
    body = ask_body(options={"deadline_s": 60})
    (*_, end) = await all_of(await turns.ask("local", session, body))
    assert isinstance(end, Complete)
    assert end.finish_reason == "stop"


async def test_a_clock_that_stands_still_does_not_put_off_the_deadline(
    services: Services, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OVERTIME_S", 0.0)
    frozen = time.time()
    monkeypatch.setattr(time, "time", lambda: frozen)
    script.steps = (chunk("So far."), asyncio.Event())
    turns, session = await services.turns(), await new_session(services)
    body = ask_body(options={"deadline_s": 0.2})
    (*_, end) = await all_of(await turns.ask("local", session, body))
    assert isinstance(end, Complete)
    assert end.finish_reason == "deadline"
