from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from jupyter_llmchat.evaluation.pool import each


class Worker:
    """Takes longer for smaller numbers, and counts how many it works on at once."""

    def __init__(self) -> None:
        self.now = self.most = self.ended = 0

    async def __call__(self, number: int) -> int:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            for _ in range(10 - number):
                await asyncio.sleep(0)
            if number == 7:
                raise ValueError("seven")
            return number * 10
        finally:
            self.now -= 1
            self.ended += 1


@pytest.mark.parametrize("at_once", [1, 3, 99])
async def test_results_are_in_order_however_many_are_worked_on(at_once: int) -> None:
    work = Worker()
    found = [one async for one in each(range(5), work, at_once)]
    assert found == [0, 10, 20, 30, 40]
    assert work.most == min(at_once, 5)


async def test_an_error_comes_at_its_place_and_ends_the_rest() -> None:
    work = Worker()
    found: list[int] = []
    with pytest.raises(ValueError, match="seven"):
        async for one in each(range(5, 10), work, 3):
            found.append(one)
    assert found == [50, 60]
    assert work.now == 0


async def test_closing_it_ends_the_work() -> None:
    work = Worker()
    async with aclosing(each(range(6), work, 4)) as results:
        assert await anext(results) == 0
    assert work.now == 0
    assert work.ended < 6
