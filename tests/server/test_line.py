from __future__ import annotations

import asyncio
import random

import pytest

from jupyter_llmchat.server.line import Line


class Visitor:
    """Takes a place and keeps it until told to leave."""

    def __init__(self, line: Line, owner: str = "ada") -> None:
        self.owner = owner
        self.positions: list[int] = []
        self.inside = asyncio.Event()
        self.leave = asyncio.Event()
        self.task = asyncio.create_task(self._visit(line))

    async def _visit(self, line: Line) -> None:
        async with line.place(self.owner, self.positions.append):
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


async def test_owners_take_turns_and_each_owner_s_go_in_order() -> None:
    line = Line(1)
    ada = [Visitor(line) for _ in range(4)]
    await settle()
    bob, eve = [Visitor(line, "bob") for _ in range(2)], Visitor(line, "eve")
    await settle()
    assert line.waiting == 6
    called: list[Visitor] = []
    for _ in range(7):
        (inside,) = (
            each
            for each in (*ada, *bob, eve)
            if each.inside.is_set() and not each.leave.is_set()
        )
        called.append(inside)
        inside.leave.set()
        await settle()
    assert called == [ada[0], ada[1], bob[0], eve, ada[2], bob[1], ada[3]]
    assert line.waiting == 0
    assert [each.positions for each in ada] == [
        [],
        [0],
        [1, 2, 3, 2, 1, 0],
        [2, 3, 4, 5, 4, 3, 2, 1, 0],
    ]
    assert [each.positions for each in bob] == [[1, 0], [3, 4, 3, 2, 1, 0]]


async def test_an_owner_who_leaves_the_line_is_not_held_a_place() -> None:
    line = Line(1)
    first, ada, bob = Visitor(line), Visitor(line), Visitor(line, "bob")
    await settle()
    ada.task.cancel()
    await settle()
    later = Visitor(line)
    await settle()
    assert (bob.positions, later.positions) == ([1, 0], [1])
    first.leave.set()
    await settle()
    assert bob.inside.is_set()
    bob.leave.set()
    await settle()
    assert later.inside.is_set()
    later.leave.set()


async def test_no_place_is_lost_whatever_happens() -> None:
    rng = random.Random(3)
    line = Line(3)
    visitors: list[Visitor] = []
    for _ in range(300):
        visitors.append(Visitor(line, rng.choice("abc")))
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
