from __future__ import annotations

import pytest

from jupyter_llmchat.evaluation.grounding import (
    REACHED,
    GroundingOutcome,
    figures,
    is_right,
    measure,
)
from jupyter_llmchat.evaluation.rows import GroundingRow
from jupyter_llmchat.evaluation.subject import Stated

from .subjects import Scripted


def row(*expected: str, kind: str = "value") -> GroundingRow:
    facts = ("rows is an int with the value 1204.",)
    return GroundingRow(question="x?", facts=facts, expected=expected, kind=kind)


@pytest.mark.parametrize(
    ("expected", "text", "right"),
    [
        (["1204"], "It has 1,204 rows.", True),
        (["1204"], "It has 1_204 rows.", True),
        (["1204"], "It has 12045 rows.", False),
        (["12"], "It has 12.", True),
        (["12"], "It is 0.12.", False),
        (["12"], "It is 12.5.", False),
        (["12"], "It is 12.0.", True),
        (["0.75"], "`threshold` is 0.75.", True),
        (["float64"], "The dtype is Float64.", True),
        (["yes|fitted"], "Yes.", True),
        (["yes|fitted"], "It may be.", False),
        (["a", "b"], "a only", False),
        (["row.price"], "It returns `row.price`\n- row.cost", True),
    ],
)
def test_what_is_right(expected: list[str], text: str, right: bool) -> None:
    assert is_right(row(*expected), text) == right


async def test_both_sides_are_asked_the_same() -> None:
    subject = Scripted()
    outcome = await measure(subject, row("1204"))
    assert subject.asked == ["x?", "x?"]
    assert (outcome.known.facts, outcome.unknown.facts) == (
        "rows is an int with the value 1204.",
        "",
    )


def test_figures_stand_beside_each_other() -> None:
    right, wrong = Stated(text="5", facts="x is 5.", first_ms=20.0), Stated(text="?")
    slow = Stated(text="6", first_ms=10.0)
    outcomes = [
        GroundingOutcome(row=row("5"), known=right, unknown=slow),
        GroundingOutcome(row=row("5", kind="shape"), known=wrong, unknown=right),
        GroundingOutcome(row=row(), known=wrong, unknown=wrong),
        GroundingOutcome(row=row(), known=right, unknown=wrong),
    ]
    found = {each.measure: (each.value, each.peer_value) for each in figures(outcomes)}
    assert found == {
        "about the notebook: right (2), beside without it": (0.5, 0.5),
        "about the notebook, test half: right (2), beside without it": (0.5, 0.5),
        "about the notebook, shape: right (1), beside without it": (0.0, 1.0),
        "about the notebook, value: right (1), beside without it": (1.0, 0.0),
        "about the notebook: right by the first sentence (2)": (0.5, None),
        "about the notebook: answered from facts (2)": (0.5, None),
        "general questions: not answered from facts (2)": (0.5, None),
        "time to the first token, nothing read ahead, beside without it": (20.0, 10.0),
    }
    assert figures(outcomes)[0].bound is REACHED
    assert figures([]) == []
