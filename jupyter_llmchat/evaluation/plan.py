"""What is evaluated, and what has been found so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from . import answers, deadlines, decisions, grounding, judging
from .answers import AnswerOutcome
from .deadlines import Ended, Trial
from .decisions import DecisionOutcome
from .grounding import GroundingOutcome
from .judging import JudgeOutcome
from .report import Figure
from .rows import AnswerRow, DecisionRow, GroundingRow, JudgeRow

Kind = Literal["decisions", "judge", "answers", "grounding", "deadlines"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The rows of each kind; empty for a kind that is left out."""

    decisions: tuple[DecisionRow, ...] = ()
    judge: tuple[JudgeRow, ...] = ()
    answers: tuple[AnswerRow, ...] = ()
    grounding: tuple[GroundingRow, ...] = ()
    deadlines: tuple[tuple[Trial, ...], ...] = ()


@dataclass(kw_only=True)
class Findings:
    """Grows row by row, so that an evaluation that is stopped has its results.

    Owned by one evaluation.
    """

    decisions: list[DecisionOutcome] = field(default_factory=list)
    judge: list[JudgeOutcome] = field(default_factory=list)
    answers: list[AnswerOutcome] = field(default_factory=list)
    grounding: list[GroundingOutcome] = field(default_factory=list)
    deadlines: list[Ended] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    """What could not be measured, and why: one sentence a row."""
    stopped: bool = False

    def figures(self) -> list[Figure]:
        found = [
            *decisions.figures(self.decisions),
            *judging.figures(self.judge),
            *answers.figures(self.answers),
            *grounding.figures(self.grounding),
            *deadlines.figures(self.deadlines),
        ]
        if self.failed:
            found.append(
                Figure(
                    measure="rows that could not be measured",
                    value=len(self.failed),
                    unit="rows",
                )
            )
        return found

    def tables(self) -> Sequence[str]:
        """What does not fit into the table of figures."""
        return decisions.tables(self.decisions)

    def details(self) -> dict[str, Any]:
        """Every row with what became of it, for programs."""
        return {
            "confusion": {
                name: [
                    {"label": label, "decided": decided, "count": count}
                    for (label, decided), count in sorted(counts.items())
                ]
                for name in decisions.OPTIONS
                if (counts := decisions.confusion(self.decisions, name))
            },
            "decisions": [asdict(each) for each in self.decisions],
            "judge": [asdict(each) for each in self.judge],
            "answers": [_answer(each) for each in self.answers],
            "grounding": [_grounded(each) for each in self.grounding],
            "deadlines": [asdict(each) for each in self.deadlines],
            "failed": self.failed,
            "stopped": self.stopped,
        }


def _answer(outcome: AnswerOutcome) -> dict[str, Any]:
    pairs = outcome.overlaps.items()
    overlaps = {f"{later} in {earlier}": share for (earlier, later), share in pairs}
    return asdict(outcome) | {"overlaps": overlaps}


def _grounded(outcome: GroundingOutcome) -> dict[str, Any]:
    row = outcome.row
    return {
        "question": row.question,
        "notebook": row.notebook,
        "split": row.split,
        "kind": row.kind,
        "expected": row.expected,
        "right": grounding.is_right(row, outcome.known.text),
        "right_without": grounding.is_right(row, outcome.unknown.text),
        "known": asdict(outcome.known),
        "unknown": asdict(outcome.unknown),
    }
