"""Works through a plan, row by row."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import TypeVar

from jupyter_llmchat.errors import LLMChatError, ModelUnavailable

from . import answers, deadlines, decisions, grounding, judging
from .plan import Findings, Plan
from .pool import each
from .subject import Subject

Note = Callable[[str, int, int], None]
"""Is told what is measured, how many rows are done, and how many there are."""

DECISIONS_AT_ONCE = 4
JUDGED_AT_ONCE = 2
"""More at once does not make the engine faster, and answers are timed one by one."""

T = TypeVar("T")
R = TypeVar("R")


async def evaluate(
    subject: Subject, plan: Plan, findings: Findings, note: Note
) -> None:
    """Adds to `findings` what is found. Being cancelled ends it without an error.

    A row that the model fails on is noted and the others go on; raises
    ModelUnavailable when none can go on.
    """
    run = _Run(subject, findings, note)
    try:
        await run.over(
            ("decisions", plan.decisions, DECISIONS_AT_ONCE),
            decisions.measure,
            findings.decisions.append,
        )
        await run.over(
            ("judge", plan.judge, JUDGED_AT_ONCE),
            judging.measure,
            findings.judge.append,
        )
        await run.over(
            ("answers", plan.answers, 1), answers.measure, findings.answers.append
        )
        await run.over(
            ("grounding", plan.grounding, 1),
            grounding.measure,
            findings.grounding.append,
        )
        await run.over(
            ("deadlines, in groups", plan.deadlines, 1),
            deadlines.measure,
            findings.deadlines.extend,
        )
    except asyncio.CancelledError:
        findings.stopped = True


class _Run:
    """One evaluation under way."""

    def __init__(self, subject: Subject, findings: Findings, note: Note) -> None:
        self._subject = subject
        self._findings = findings
        self._note = note

    async def over(
        self,
        of: tuple[str, Sequence[T], int],
        measure: Callable[[Subject, T], Awaitable[R]],
        keep: Callable[[R], object],
    ) -> None:
        """Measures rows of one kind; `of` is its name, the rows, how many at once."""
        kind, rows, at_once = of

        async def measured(row: T) -> R | str:
            try:
                return await measure(self._subject, row)
            except ModelUnavailable:
                raise
            except LLMChatError as error:
                return f"{kind}: {error}"

        if rows:
            self._note(kind, 0, len(rows))
        async with aclosing(each(rows, measured, at_once)) as outcomes:
            done = 0
            async for outcome in outcomes:
                if isinstance(outcome, str):
                    self._findings.failed.append(outcome)
                else:
                    keep(outcome)
                done += 1
                self._note(kind, done, len(rows))
