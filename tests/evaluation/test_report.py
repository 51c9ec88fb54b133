"""The same figures as in benchmarks; the tests there cover what they share."""

from __future__ import annotations

from jupyter_llmchat.evaluation.report import Bound, Figure, table

ACCURATE = Figure(
    measure="accuracy, beside uncalibrated",
    value=0.9,
    unit="share",
    peer_value=0.6,
    bound=Bound(of="value", limit=0.9, at_least=True),
)
WORSE = Figure(
    measure="runs, beside plain",
    value=0.25,
    unit="share",
    peer_value=0.5,
    bound=Bound(of="ratio", limit=0.9, at_least=True),
)


def test_a_figure_as_a_program_gets_it() -> None:
    assert ACCURATE.as_json() == {
        "measure": "accuracy, beside uncalibrated",
        "value": 0.9,
        "unit": "share",
        "peer_value": 0.6,
        "ratio": 0.9 / 0.6,
        "bound": "value >= 0.9",
        "holds": True,
    }


def test_a_table_says_what_was_missed() -> None:
    assert table([ACCURATE, WORSE]).splitlines() == [
        "measure                             value      beside   ratio         bound",
        "accuracy, beside uncalibrated  0.90 share  0.60 share  1.50 x  value >= 0.9"
        "  holds",
        "runs, beside plain             0.25 share  0.50 share  0.50 x  ratio >= 0.9"
        "  MISSED",
    ]


def test_a_bound_on_a_ratio_does_not_hold_without_one() -> None:
    alone = Figure(measure="a", value=1.0, unit="share", bound=WORSE.bound)
    assert (alone.ratio, alone.holds) == (None, False)
