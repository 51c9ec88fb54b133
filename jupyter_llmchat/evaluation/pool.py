"""Work on many rows, some at once, with the results in the rows' order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


async def each(
    items: Iterable[T], work: Callable[[T], Awaitable[R]], at_once: int
) -> AsyncGenerator[R, None]:
    """What `work` makes of every item; closing it ends the work that goes on.

    Raises what `work` raises, at the item's place.
    """
    going: deque[asyncio.Task[R]] = deque()
    try:
        for item in items:
            going.append(asyncio.create_task(_done(work, item)))
            if len(going) >= at_once:
                yield await going[0]
                going.popleft()
        while going:
            yield await going[0]
            going.popleft()
    finally:
        for task in going:
            task.cancel()
        # What they raise has no place in the results any more.
        await asyncio.gather(*going, return_exceptions=True)


async def _done(work: Callable[[T], Awaitable[R]], item: T) -> R:
    return await work(item)
