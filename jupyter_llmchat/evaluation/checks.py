"""What can be said of an answer without asking anyone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from . import sandbox
from .code import fenced, unfenced
from .rows import AnswerRow

CHECKS = {
    "contains": "one of the expected words occurs",
    "names": "the names asked about are used",
    "compiles": "its code is Python",
    "runs": "its first code runs",
    "all_run": "all of its code runs",
    "output": "its code shows what is expected",
}
"""What is checked, with its meaning. A row decides which of them apply to it, so that
both sides are checked for the same."""

_NAME = re.compile(r"`([A-Za-z_][\w.]*)(?:\([^`]*\))?`")


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What the checks say of one answer; those that do not apply are missing."""

    passed: dict[str, bool]
    errors: tuple[str, ...] = ()
    """Of its cells of code, where they have any."""
    output: str = ""
    blocks: int = 0
    """Blocks of code, whether code was asked for or not."""
    compiled: int = 0
    """Of these, the ones that are Python."""


async def check(row: AnswerRow, text: str) -> Checked:
    """Runs the answer's code, in the sandbox, if the row asks for code."""
    wanted = row.checks
    passed: dict[str, bool] = {}
    if wanted.contains_any:
        low = text.lower()
        passed["contains"] = any(each.lower() in low for each in wanted.contains_any)
    if names := asked_names(row.question):
        passed["names"] = all(_occurs(name, text) for name in names)
    cells = fenced(text)
    if wanted.asks_code:
        cells = cells or unfenced(text)
    ran = await sandbox.run(cells, execute=wanted.asks_code)
    if wanted.asks_code:
        passed |= {
            "compiles": ran.compiles,
            "runs": ran.first_runs,
            "all_run": ran.runs,
        }
    if wanted.expect_output is not None:
        passed["output"] = _flat(wanted.expect_output) in _flat(ran.output)
    return Checked(
        passed=passed,
        errors=tuple(each.error for each in ran.cells),
        output=ran.output,
        blocks=len(ran.cells),
        compiled=sum(each.compiles for each in ran.cells),
    )


def asked_names(question: str) -> tuple[str, ...]:
    """Identifiers that the question has in backticks, without arguments."""
    return tuple(dict.fromkeys(_NAME.findall(question)))


def _occurs(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _flat(text: str) -> str:
    return " ".join(text.split())
