"""Writes of one kind that many clients want at once, made with few statements.

Statements are what takes the time: one for thirty rows costs hardly more than one for
a single row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from .db import Cursor

I = TypeVar("I")  # noqa: E741 an item
T = TypeVar("T")


class Unusual(Exception):
    """These writes cannot be made together; nothing is wrong with each of them."""


class Joined(Generic[I, T]):
    """A write that `together` can make with others, and `alone` by itself.

    `together` gets the items of all in the order they came. It raises what it will if
    one of them is not as most are: then each is made alone.
    """

    def __init__(
        self,
        item: I,
        together: Callable[[Cursor, Sequence[I]], Sequence[T]],
        alone: Callable[[Cursor], T],
    ) -> None:
        self.item = item
        self.together = together
        self._alone = alone

    def __call__(self, cursor: Cursor) -> T:
        return self._alone(cursor)


Works = Sequence[Callable[["Cursor"], Any]]


def can_join(works: Works) -> bool:
    """Whether some of them can be made together."""
    kinds = [work.together for work in works if isinstance(work, Joined)]
    return len(set(kinds)) < len(kinds)


def perform(cursor: Cursor, works: Works) -> list[Any]:
    """Their results. Those of one kind are made together, after all that came before
    the last of them: nobody has been told yet that any of it has happened."""
    last = {
        work.together: place
        for place, work in enumerate(works)
        if isinstance(work, Joined)
    }
    results: list[Any] = [None] * len(works)
    waiting: dict[Any, list[int]] = {kind: [] for kind in last}
    for place, work in enumerate(works):
        if not isinstance(work, Joined):
            results[place] = work(cursor)
            continue
        places = waiting[work.together]
        places.append(place)
        if place == last[work.together]:
            for each, result in zip(places, _made(cursor, works, places), strict=True):
                results[each] = result
    return results


def _made(cursor: Cursor, works: Works, places: Sequence[int]) -> Sequence[Any]:
    """The results of works of one kind."""
    some = [work for place in places if isinstance(work := works[place], Joined)]
    if len(some) == 1:
        return [some[0](cursor)]
    return some[0].together(cursor, [each.item for each in some])
