"""Whether answers end in time, one to eight at once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import get_args

from jupyter_llmchat.protocol.ids import FinishReason

from .report import Bound, Figure
from .rows import AnswerRow
from .subject import Subject, Written

AT_ONCE = (8, 1, 7, 2, 6, 3, 5, 4)
"""Answers begun together, over and over: the first five make 24, all of them 36."""

SHORTEST_S, LONGEST_S = 5.0, 60.0
TOLERANCE_S = 0.5
"""For the last event to come through a busy machine; what is later was late."""

SEED = 8
REDUCED = 24
"""Answers, unless more are asked for."""

ALL = Bound(of="value", limit=1.0, at_least=True)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A question with its deadline."""

    row: AnswerRow
    deadline_s: float


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How one answer ended."""

    question: str
    deadline_s: float
    at_once: int
    total_s: float
    ended: str
    endings: int
    characters: int
    """Of its text."""

    @property
    def late_s(self) -> float:
        """By how much; negative for one that was in time."""
        return self.total_s - self.deadline_s

    @property
    def failed(self) -> bool:
        """Whether it ended with an error, which is one way of ending."""
        return self.ended not in get_args(FinishReason)

    @property
    def in_time(self) -> bool:
        return self.late_s <= TOLERANCE_S


def batches(
    rows: Sequence[AnswerRow], count: int, seed: int = SEED
) -> tuple[tuple[Trial, ...], ...]:
    """`count` trials in groups that begin together; the same for the same seed."""
    chance = random.Random(seed)
    questions = cycle(chance.sample(list(rows), len(rows)))
    sizes = cycle(AT_ONCE)
    found: list[tuple[Trial, ...]] = []
    while count > 0:
        size = min(next(sizes), count)
        found.append(
            tuple(
                Trial(
                    row=next(questions),
                    deadline_s=round(chance.uniform(SHORTEST_S, LONGEST_S), 1),
                )
                for _ in range(size)
            )
        )
        count -= size
    return tuple(found)


async def measure(subject: Subject, batch: Sequence[Trial]) -> tuple[Ended, ...]:
    written = await asyncio.gather(
        *(
            subject.staged(each.row.question, each.row.context, each.deadline_s)
            for each in batch
        )
    )
    pairs = zip(batch, written, strict=True)
    return tuple(_ended(trial, one, len(batch)) for trial, one in pairs)


def figures(ended: Sequence[Ended]) -> list[Figure]:
    if not ended:
        return []
    count = len(ended)
    said = [
        ("ended within the deadline", sum(each.in_time for each in ended), ALL),
        ("exactly one last event", sum(each.endings == 1 for each in ended), ALL),
        ("with text", sum(each.characters > 0 for each in ended), None),
        ("cut by the deadline", sum(each.ended == "deadline" for each in ended), None),
        ("ended by an error", sum(each.failed for each in ended), None),
    ]
    return [
        *(
            Figure(
                measure=f"deadlines: {what} ({count})",
                value=number / count,
                unit="share",
                bound=bound,
            )
            for what, number, bound in said
        ),
        Figure(
            measure="deadlines: latest ending, after its deadline",
            value=max(each.late_s for each in ended),
            unit="s",
        ),
    ]


def _ended(trial: Trial, written: Written, at_once: int) -> Ended:
    return Ended(
        question=trial.row.question,
        deadline_s=trial.deadline_s,
        at_once=at_once,
        total_s=written.total_ms / 1e3,
        ended=written.ended,
        endings=written.endings,
        characters=len(written.text.strip()),
    )
