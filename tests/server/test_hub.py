from __future__ import annotations

import asyncio
import random

import pytest

from jupyter_llmchat.errors import BadRequest, Busy
from jupyter_llmchat.protocol.codec import encode
from jupyter_llmchat.server.hub import BEHIND, KEEP_S, KEEP_TURNS, Hub, TurnLog

from .builders import all_of, chunk, complete, payloads, start


def log_of(chunks: int, ended: bool = True) -> TurnLog:
    log = TurnLog("local", "t")
    log.publish(start())
    for number in range(chunks):
        log.publish(chunk(f"wörd {number}", number))
    if ended:
        log.publish(complete())
    return log


async def test_events_are_numbered_from_0_and_carry_their_turn() -> None:
    log = log_of(3)
    assert [event.seq for event in log.events] == [0, 1, 2, 3, 4]
    assert {event.turn_id for event in log.events} == {"t"}


async def test_a_replay_from_any_event_gives_the_same_bytes() -> None:
    log = log_of(300)
    whole = payloads(log)
    for cut in random.Random(1).sample(range(len(whole)), 100):
        rest = await all_of(log.subscribe(cut))
        assert [encode(event) for event in rest] == whole[cut:]


async def test_a_reader_that_left_anywhere_gets_the_rest_of_a_running_turn() -> None:
    rng = random.Random(2)
    for _ in range(50):
        log = log_of(0, ended=False)
        first = log.subscribe()
        got: list[bytes] = []
        left_at = rng.randrange(40)
        for number in range(40):
            log.publish(chunk("x", number))
            if number < left_at and rng.random() < 0.5:
                got += [encode(event) for event in await first.read(1)]
        first.close()
        second = log.subscribe(first.position)
        log.publish(complete())
        got += [encode(event) for event in await all_of(second)]
        assert got == payloads(log)


async def test_two_readers_get_the_same_while_it_is_written() -> None:
    log = log_of(0, ended=False)
    readers = [asyncio.create_task(all_of(log.subscribe())) for _ in range(2)]
    for number in range(20):
        log.publish(chunk("x", number))
        await asyncio.sleep(0)
    log.publish(complete())
    first, second = await asyncio.gather(*readers)
    assert first == second == log.events


async def test_a_reader_too_far_behind_is_dropped_and_can_resume() -> None:
    log = log_of(0, ended=False)
    slow, quick = log.subscribe(), log.subscribe()
    seen = list(await slow.read(1))
    for number in range(BEHIND + 1):
        log.publish(chunk("x", number))
        await quick.read(1)
    with pytest.raises(Busy, match="events behind") as refused:
        await slow.read(1)
    assert str(slow.position) in refused.value.hint
    log.publish(complete())
    seen += await all_of(log.subscribe(slow.position))
    assert seen == log.events
    assert (await all_of(quick))[-1] == log.events[-1]


async def test_a_replay_longer_than_the_limit_is_no_falling_behind() -> None:
    log = log_of(BEHIND * 2, ended=False)
    late = log.subscribe()
    log.publish(complete())
    assert await all_of(late) == log.events


async def test_a_quiet_turn_gives_nothing_in_time() -> None:
    subscription = log_of(0, ended=False).subscribe(1)
    assert await subscription.read(0.01) == ()
    assert not subscription.ended


async def test_closing_wakes_whoever_reads() -> None:
    subscription = log_of(0, ended=False).subscribe(1)
    reading = asyncio.create_task(subscription.read(20))
    await asyncio.sleep(0)
    subscription.close()
    assert await reading == ()
    assert subscription.ended


async def test_an_ended_turn_read_to_its_end_has_nothing_more() -> None:
    log = log_of(1)
    subscription = log.subscribe(len(log.events))
    assert subscription.ended
    assert await subscription.read(20) == ()


async def test_an_event_that_was_never_published_cannot_be_resumed_from() -> None:
    with pytest.raises(BadRequest, match="no event 9"):
        log_of(1).subscribe(9)


async def test_nothing_is_said_after_the_end() -> None:
    with pytest.raises(RuntimeError):
        log_of(0).publish(chunk("more"))


def ended(turn_id: str) -> TurnLog:
    log = TurnLog("local", turn_id)
    log.publish(start(turn_id))
    log.publish(complete())
    return log


def test_another_owners_turn_is_not_found() -> None:
    hub = Hub()
    hub.open(ended("t"))
    assert hub.find("local", "t") is not None
    assert hub.find("somebody", "t") is None


def test_an_ended_turn_is_forgotten_after_its_time_a_running_one_never() -> None:
    now = [0.0]
    hub = Hub(lambda: now[0])
    log, running = ended("t"), TurnLog("local", "running")
    hub.open(log)
    hub.open(running)
    hub.ended(log)
    now[0] = KEEP_S
    assert hub.find("local", "t") is log
    now[0] = KEEP_S * 2
    assert hub.find("local", "t") is None
    assert hub.find("local", "running") is running


def test_only_the_last_ended_turns_are_kept() -> None:
    hub = Hub()
    for number in range(KEEP_TURNS + 5):
        log = ended(str(number))
        hub.open(log)
        hub.ended(log)
    assert hub.find("local", "4") is None
    assert hub.find("local", "5") is not None


def test_what_is_deleted_is_forgotten_at_once() -> None:
    hub = Hub()
    for turn in ("1", "2"):
        log = ended(turn)
        hub.open(log)
        hub.ended(log)
    hub.forget(lambda start: start.turn_id == "1")
    assert (hub.find("local", "1"), hub.find("local", "2")) == (None, log)
    hub.forget(lambda start: start.session_id == log.start.session_id)
    assert hub.find("local", "2") is None
