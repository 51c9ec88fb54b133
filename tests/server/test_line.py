from __future__ import annotations

import asyncio
import random

import pytest

from jupyter_llmchat.server.line import Line


class Visitor:
    """Takes a place and keeps it until told to leave."""

    def __init__(self, line: Line) -> None:
        self.positions: list[int] = []
        self.inside = asyncio.Event()
        self.leave = asyncio.Event()
        self.task = asyncio.create_task(self._visit(line))

    async def _visit(self, line: Line) -> None:
        async with line.place(self.positions.append):
            self.inside.set()
            await self.leave.wait()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_so_many_run_at_once_and_the_rest_count_down() -> None:
    line = Line(2)
    visitors = [Visitor(line) for _ in range(5)]
    await settle()
    assert [each.inside.is_set() for each in visitors] == [True] * 2 + [False] * 3
    for each in visitors:
        each.leave.set()
        await settle()
    assert [each.positions for each in visitors] == [[], [], [0], [1, 0], [2, 1, 0]]
    assert all(each.task.done() for each in visitors)


async def test_who_gives_up_lets_the_others_move_up() -> None:
    line = Line(1)
    visitors = [Visitor(line) for _ in range(4)]
    await settle()
    visitors[1].task.cancel()
    await settle()
    assert [each.positions for each in visitors[2:]] == [[1, 0], [2, 1]]
    visitors[0].leave.set()
    await settle()
    assert visitors[2].inside.is_set()


async def test_who_gives_up_when_called_passes_the_place_on() -> None:
    line = Line(1)
    first, second, third = (Visitor(line) for _ in range(3))
    await settle()
    first.leave.set()
    await first.task
    second.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second.task
    await settle()
    assert third.inside.is_set()


async def test_no_place_is_lost_whatever_happens() -> None:
    rng = random.Random(3)
    line = Line(3)
    visitors: list[Visitor] = []
    for _ in range(300):
        visitors.append(Visitor(line))
        chosen = rng.choice(visitors)
        if rng.random() < 0.5:
            chosen.leave.set()
        else:
            chosen.task.cancel()
        if rng.random() < 0.5:
            await asyncio.sleep(0)
    for each in visitors:
        each.leave.set()
    await asyncio.gather(*(each.task for each in visitors), return_exceptions=True)
    last = [Visitor(line) for _ in range(4)]
    await settle()
    assert [each.inside.is_set() for each in last] == [True, True, True, False]
    for each in last:
        each.task.cancel()
